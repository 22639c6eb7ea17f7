#!/bin/sh
# Unpacks the real data made by others (not part of this project) where they lie beside it.
#   tools/unpack-data.sh FROM TO
[ -d "$1" ] || { echo "no data of others at $1: tests that read them are skipped"; exit 0; }
for a in "$1"/*.tar.xz; do
	name=$(basename "$a" .tar.xz)
	[ -d "$2/$name" ] && continue
	mkdir -p "$2/.$name.new" && tar xf "$a" -C "$2/.$name.new" && mv "$2/.$name.new" "$2/$name"
done
