#!/bin/bash
# Machine readable zones in the shared pictures: how many are read as printed, and what a picture costs, beside
# the tesseract program on the same picture in the same run (one thread). Prints JSON lines.
#   STRANDLINE_DATA=DIR bench/bench_ocr.sh
cd "$(dirname "$0")/.." || exit 1
data=$STRANDLINE_DATA/passports/passports
[ -f "$data/MRZ_TRUTH.csv" ] || { echo "bench_ocr: no shared data" >&2; exit 0; }
export OMP_THREAD_LIMIT=1
TIMEFORMAT='%U %S'
out=$(mktemp) times=$(mktemp)
trap 'rm -f "$out" "$times"' EXIT
all=0 ours=0 theirs=0
while IFS=, read -r file _ lines _; do
	[ -f "$data/$file" ] || continue
	printed=$(printf '%s' "$lines" | tr -d ' /')
	all=$((all + 1))
	{ time build/peek -q -D page "$data/$file" > "$out" 2>/dev/null; } 2>> "$times.ours"
	grep -qF -- "$printed" "$out" && ours=$((ours + 1))
	{ time tesseract "$data/$file" - --psm 6 > "$out" 2>/dev/null; } 2>> "$times.theirs"
	tr -d ' \n' < "$out" | grep -qF -- "$printed" && theirs=$((theirs + 1))
done < <(tail -n +2 "$data/MRZ_TRUTH.csv")
mean() { awk '{ s += $1 + $2 } END { printf "%.3f", s / NR }' "$1"; }
a=$(mean "$times.ours") b=$(mean "$times.theirs")
rm -f "$times.ours" "$times.theirs"
row() { # bench value unit peer_value limit limit_value
	awk -v n="$1" -v v="$2" -v u="$3" -v p="$4" -v l="$5" -v m="$6" 'BEGIN { printf "{\"bench\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"peer\":\"tesseract --psm 6\",\"peer_value\":%s,\"ratio\":%.2f,\"limit\":\"%s\",\"limit_value\":%s}\n", n, v, u, p, (p > 0 ? v / p : 0), l, m }'
}
row mrz-exact "$ours" "of $all" "$theirs" "PassportEye's own share (17 of 34), of $all" "$((all / 2))"
row mrz-cpu "$a" "CPU-seconds a picture" "$b" "PassportEye" 6.6
