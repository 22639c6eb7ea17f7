#!/bin/sh
# Golden cases: tests/golden/PART.CASE/ holds one input file (any name) and expected.txt, which is
# what `peek -d input` prints; passwords.txt,
# terms.txt and rules.toml, where they lie beside it, are its options. Every row of the tables of readers and detectors must have a case.
#   tests/golden.sh [--accept] [PART]
cd "$(dirname "$0")/.." || exit 1
accept= only=
for a; do case $a in --accept) accept=1 ;; *) only=$a ;; esac; done
peek=${PEEK:-build/peek}
passed=0 failed=0
for dir in tests/golden/*/; do
	case_name=$(basename "$dir")
	case $case_name in "$only"*) ;; *) continue ;; esac
	input=$(find "$dir" -type f ! -name expected.txt ! -name passwords.txt ! -name terms.txt ! -name rules.toml ! -name README | LC_ALL=C sort | head -1)
	[ -f "$dir/passwords.txt" ] && with="-p $dir/passwords.txt" || with=
	[ -f "$dir/terms.txt" ] && with="$with -t $dir/terms.txt"
	[ -f "$dir/rules.toml" ] && with="$with -R $dir/rules.toml"
	case $case_name in find_*) part=${case_name#find_} with="-D ${part%%.*} $with" ;; esac
	got=$("$peek" $with "$input" 2>&1; echo .)
	if [ -n "$accept" ]; then printf '%s' "${got%.}" > "$dir/expected.txt"; continue; fi
	if [ "$got" = "$(cat "$dir/expected.txt" 2>/dev/null; echo .)" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL golden $case_name"
		printf '%s' "${got%.}" | diff -u "$dir/expected.txt" - | head -20
	fi
done
for row in $([ -z "$only" ] && "$peek" --list); do
	ls -d tests/golden/"$row".* >/dev/null 2>&1 && continue
	failed=$((failed + 1))
	echo "FAIL golden: $row has no case in tests/golden"
done
echo "golden: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
