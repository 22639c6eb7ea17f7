#!/bin/sh
# Registering and tracing as a user does, beside restic and borg (backup of the same tree) and ssdeep
# (the same fragments). Processor seconds, since wall time depends on what else runs.
#   bench/registry.sh TREE [FRAGMENTS]
cd "$(dirname "$0")/.." || exit 1
strandline=$PWD/build/strandline
tree=${1:?a folder to register} count=${2:-200}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bytes=$(find "$tree" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
say() { printf '%-44s %10.3f %-8s %s\n' "$1" "$2" "$3" "$4"; printf '{"bench":"%s","value":%s,"unit":"%s"}\n' "$1" "$2" "$3" >&2; }
# cpu COMMAND...: its processor seconds, children included
cpu() { bash -c 'TIMEFORMAT="%U %S"; time "$@" > '"$scratch"'/said 2>&1' cpu "$@" 2>&1 | awk '{ print $1 + $2 }'; }
rate() { awk -v b="$bytes" -v s="$1" 'BEGIN { printf "%.3f", b / 1e9 / (s > 0 ? s : 0.001) }'; }

say "tree" "$(awk -v b="$bytes" 'BEGIN { printf "%.3f", b / 1e9 }')" GB
s=$(cpu "$strandline" register "$tree" --registry "$scratch/r")
say "register, unpacking, with SHA-256 and root" "$(rate "$s")" GB/s/core
s=$(cpu "$strandline" register "$tree" --registry "$scratch/r")
say "register again, nothing changed" "$s" s
disk=$(du -sb "$scratch/r/anchors" | cut -f1)
db=$(stat -c %s "$scratch/r/registry.db")
say "anchors" "$(awk -v a="$disk" -v b="$bytes" 'BEGIN { printf "%.3f", a / b * 1e3 }')" MB/GB
say "catalogue" "$(awk -v a="$db" -v b="$bytes" 'BEGIN { printf "%.3f", a / b * 1e3 }')" MB/GB
if command -v restic > /dev/null; then
	export RESTIC_PASSWORD=x RESTIC_REPOSITORY=$scratch/restic
	restic init > /dev/null
	say "restic backup" "$(rate "$(cpu restic backup --no-cache "$tree")")" GB/s/core
fi
if command -v borg > /dev/null; then
	export BORG_BASE_DIR=$scratch/borgbase BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
	borg init -e none "$scratch/borg" > /dev/null 2>&1
	say "borg create, no compression" "$(rate "$(cpu borg create -C none "$scratch/borg::x" "$tree")")" GB/s/core
fi
rm -rf "$scratch/restic" "$scratch/borg"

# fragments: a quarter and a tenth of files of 64 KB to 4 MB, at odd places
find "$tree" -type f -size +64k -size -4096k | LC_ALL=C sort | awk -v n="$count" '{ f[NR] = $0 } END { for (i = 1; i <= n && i <= NR; i++) print f[int(i * NR / (n + 1)) + 1] }' > "$scratch/files"
for part in 4 10; do
	mkdir -p "$scratch/f$part"
	i=0
	while read -r f; do
		i=$((i + 1)); n=$(stat -c %s "$f")
		tail -c +$((n / 3 + 7)) "$f" | head -c $((n / part)) > "$scratch/f$part/$i"
	done < "$scratch/files"
	"$strandline" trace "$scratch/f$part" --registry "$scratch/r" --format jsonl > "$scratch/m$part"
	i=0 hits=0
	while read -r f; do
		i=$((i + 1))
		jq -r "select(.item==\"$scratch/f$part/$i\") | .registered" "$scratch/m$part" | grep -qxF "$f" && hits=$((hits + 1))
	done < "$scratch/files"
	say "right file named from 1/$part of it" "$(awk -v h=$hits -v n=$i 'BEGIN { printf "%.3f", h / n }')" "" "of $i"
	if command -v ssdeep > /dev/null; then
		[ -f "$scratch/ss" ] || xargs -d '\n' ssdeep -s < "$scratch/files" > "$scratch/ss" 2>/dev/null
		hits=$(find "$scratch/f$part" -type f -print0 | xargs -0 ssdeep -s -m "$scratch/ss" 2>/dev/null | awk '{ print $1 }' | sort -u | wc -l)
		say "ssdeep: any match from 1/$part" "$(awk -v h="$hits" -v n=$i 'BEGIN { printf "%.3f", h / n }')" "" "of $i"
	fi
done
