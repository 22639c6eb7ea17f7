#!/bin/sh
# make fuzz READER=name [SECONDS=60]: libFuzzer on one reader or detector, from its goldens; finds go to build-fuzz/NAME.
cd "$(dirname "$0")/.." || exit 1
name=${1:?name a reader or detector: make fuzz READER=archive} seconds=${2:-60}
[ -d build-fuzz ] || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false > /dev/null || exit 1
ninja -C build-fuzz fuzz | sed -n '$p'
mkdir -p "build-fuzz/$name"
for f in tests/golden/read_"$name".*/* tests/golden/find_"$name".*/*; do
	case $f in *expected.txt | *'*'*) ;; *) cp "$f" "build-fuzz/$name/" ;; esac
done
FUZZ_PART=$name ASAN_OPTIONS=detect_leaks=0 build-fuzz/fuzz -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 \
	-artifact_prefix="build-fuzz/$name-" "build-fuzz/$name"
