#!/bin/sh
# What docs and style ban: unsafe functions, printing and exiting outside cmd/, long files and functions.
cd "$(dirname "$0")/.." || exit 1
bad=$(
	grep -rnE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|localtime|alloca)\(' src --include=*.c --include=*.h
	grep -rnE '(^|[^a-z_>.])(printf|puts|exit|abort)\(' src --include=*.c | grep -v '^src/cmd/'
	find src -name '*.[ch]' -exec awk 'END { if (NR > 650) print FILENAME ": " NR " lines, over 650" }' {} \;
	if command -v ctags >/dev/null; then
		find src -name '*.c' | ctags -L - -o - --fields=+ne --kinds-C=f --language-force=C 2>/dev/null | awk -F'\t' '
			/^!/ { next }
			{ s = 0; e = 0
			  for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) s = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
			  if (e - s + 1 > 75) print $2 ":" s ": " $1 " has " e - s + 1 " lines, over 75" }'
	fi
)
[ -z "$bad" ] && { echo "style: 1 passed, 0 failed, 0 skipped"; exit 0; }
echo "$bad"
echo "style: 0 passed, 1 failed, 0 skipped"
exit 1
