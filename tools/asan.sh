#!/bin/sh
# make asan: the unit and golden tests under address and undefined-behaviour sanitizers.
cd "$(dirname "$0")/.." || exit 1
[ -d build-asan ] || meson setup build-asan -Db_sanitize=address,undefined -Db_lundef=false > /dev/null || exit 1
ninja -C build-asan unit peek | sed -n '$p'
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1
STRANDLINE_DATA=${STRANDLINE_DATA:-build/data} build-asan/unit || exit 1
PEEK=build-asan/peek sh tests/golden.sh
