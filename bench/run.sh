#!/bin/sh
# make bench [BENCH=NAME]: every bench, each beside its peers in the same run; tables, and JSON lines
# (bench, value, unit, peer, peer_value, ratio, limit, limit_value). Names: text registry ocr truth film.
cd "$(dirname "$0")/.." || exit 1
sh tools/unpack-data.sh "${STRANDLINE_SHARED:-../shared/data}" build/data
export STRANDLINE_DATA=${STRANDLINE_DATA:-build/data}
wanted() { [ -z "$1" ] || [ "$1" = "$2" ]; }
wanted "$1" text && { echo "== raw text"; build/bench_text "${BENCH_MB:-48}"; }
wanted "$1" registry && { echo "== registry"; build/bench_registry; }
wanted "$1" ocr && { echo "== pictures"; sh bench/bench_ocr.sh; }
wanted "$1" truth && { echo "== the generator's truth at 1,000 persons"; sh tools/measure.sh 1000 build/measure-1000; }
wanted "$1" film && { echo "== film"; sh bench/bench_film.sh; }
exit 0
