#!/bin/sh
# make demo: a fictional studio's dump is written, examined and reported. May be run again and again.
cd "$(dirname "$0")/.." || exit 1
demo=build/demo
rm -rf "$demo"
mkdir -p "$demo" || exit 1

echo "Halcyon Pictures is a film studio that does not exist. Somebody has copied its files."
echo
build/studio "$demo/dump" --persons 60 || exit 1
echo "1. The dump: $(find "$demo/dump" -type f | wc -l) files, $(du -sh "$demo/dump" | cut -f1), in $demo/dump"
echo "   (what was planted in it is written down in $demo/dump.truth.jsonl)"
echo
echo "2. What is in it, whom it concerns, and what could not be read:"
echo "   build/strandline examine $demo/dump --case $demo/case --passwords \"$demo/dump/Archive/zip words.lst\""
echo
build/strandline examine "$demo/dump" --case "$demo/case" --passwords "$demo/dump/Archive/zip words.lst"
status=$?
[ $status -le 1 ] || exit $status
echo
echo "3. How much of what was planted was found:"
build/strandline export findings --case "$demo/case" --format jsonl --reveal > "$demo/findings.jsonl" || exit 1
build/measure "$demo/dump.truth.jsonl" "$demo/findings.jsonl" |
	awk -F'\t' '{ t += $2; f += $3; h += $4 } END { printf "   %d of %d data (%.1f %%); %d of %d findings are right (%.1f %%)\n", h, t, 100 * h / t, h, f, 100 * h / f }'
rm -f "$demo/findings.jsonl"
echo
if [ -n "$(build/strandline report --help 2>/dev/null)" ]; then
	build/strandline report --case "$demo/case" -o "$demo/report.html" || exit 1
	echo "4. The report: open $PWD/$demo/report.html in a browser."
else
	build/strandline export people --case "$demo/case" --format csv -o "$demo/people.csv" || exit 1
	echo "4. The people, one row each (masked): $PWD/$demo/people.csv"
fi
echo "   Look further:  build/strandline status --case $demo/case"
echo "                  build/strandline export findings --case $demo/case --format csv"
