#!/bin/sh
# measure.sh PERSONS DIR: writes the studio's dump of so many persons into DIR, examines it,
# and prints how well each kind was found (see measure.c). MISSES=N shows N misses of each.
set -e
cd "$(dirname "$0")/.."
persons=$1 dir=$2
mkdir -p "$dir"
rm -rf "$dir/dump" "$dir/case"
build/studio "$dir/dump" --persons "$persons"
status=0
build/strandline examine "$dir/dump" --case "$dir/case" --passwords "$dir/dump/Archive/zip words.lst" > "$dir/summary.txt" || status=$?
[ $status -le 1 ] || { cat "$dir/summary.txt"; exit $status; }
build/strandline export findings --case "$dir/case" --format jsonl --reveal > "$dir/findings.jsonl"
build/strandline export people --case "$dir/case" --format jsonl --reveal > "$dir/people.jsonl"
build/measure "$dir/dump.truth.jsonl" "$dir/findings.jsonl" "$dir/dump.people.jsonl" "$dir/people.jsonl" ${MISSES:+--misses "$MISSES"} | tee "$dir/scores.txt"
