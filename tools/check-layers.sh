#!/bin/sh
# Includes point only down, and parts never include each other:
#   cmd > serve report > scan > read find print film flow people > store > core > lib > base
cd "$(dirname "$0")/.." || exit 1
bad=$(grep -rnoE '^#include "(base|lib|core|store|read|find|print|film|flow|people|scan|serve|report|cmd)/' src |
awk -F: '
BEGIN {
	split("base lib core store read find print film flow people scan report serve cmd", n, " ")
	split("0 1 2 3 4 4 4 4 4 4 5 6 6 7", l, " ")
	for (i in n) level[n[i]] = l[i]
}
{
	split($1, path, "/"); from = path[2]
	to = $3; sub(/.*"/, "", to); sub(/\/.*/, "", to)
	if (from != to && level[to] >= level[from])
		print $1 ":" $2 ": " from " may not include " to
}')
[ -z "$bad" ] && { echo "layers: 1 passed, 0 failed, 0 skipped"; exit 0; }
echo "$bad"
echo "layers: 0 passed, 1 failed, 0 skipped"
exit 1
