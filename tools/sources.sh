#!/bin/sh
# Lists the C and C++ sources of the product (src) or of the unit tests (tests), one a line.
cd "$(dirname "$0")/.." || exit 1
case $1 in
src) find src -name '*.c' ! -path src/cmd/main.c -o -name '*.cc' | LC_ALL=C sort ;;
tests) find tests -name 'test_*.c' | LC_ALL=C sort ;;
esac
