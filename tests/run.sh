#!/bin/sh
# Everything that make test runs; ends with one plain line: N passed, N failed.
# Each suite prints lines of its own and ends with "NAME: N passed, N failed, N skipped".
cd "$(dirname "$0")/.." || exit 1
data=${STRANDLINE_SHARED:-../shared/data}
sh tools/unpack-data.sh "$data" build/data
export STRANDLINE_DATA=build/data
log=build/test.log
: > $log
run() {
	echo "== $1"
	"$@" 2>&1 | tee -a $log | grep -vE '^  skipped' | tail -40
}
run sh tools/check-layers.sh
run sh tools/check-style.sh
run build/unit
run sh tests/golden.sh
for suite in tests/suites/*.sh; do
	[ -f "$suite" ] && run sh "$suite"
done
awk '/^[a-z-]+: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $2; f += $4; s += $6 }
	END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"; exit f > 0 || p == 0 }' $log
