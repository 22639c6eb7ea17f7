#!/bin/sh
# register and trace: what is found, what must not be, kills, locks, damage.
suite=registry
. "$(dirname "$0")/../suite.sh"
own=$scratch/own leak=$scratch/leak reg=$scratch/reg
mkdir -p "$own/sub" "$leak"

# bytes FILE N SEED, stream N SEED: N bytes that look random and are the same in every run
stream() { openssl enc -aes-128-ctr -K "$(printf %032x "$2")" -iv 00000000000000000000000000000000 < /dev/zero 2>/dev/null | head -c "$1"; }
bytes() { stream "$2" "$3" > "$1"; }
cut_out() { tail -c +$(($3 + 1)) "$1" | head -c "$4" > "$2"; }
relation() { jq -r "select(.item==\"$2\") | \"\(.relation) \(.registered)\"" "$1"; }

bytes "$own/a.bin" 2000000 1
bytes "$own/sub/b.bin" 300000 2
bytes "$own/small.bin" 1500 3
for i in $(seq 1 400); do echo "Paragraph $i of the annual plan: the board met on day $((i * 7 % 31)) and set budget $((i * 7919)) aside for unit $((i % 13))."; done > "$own/plan.txt"
cp "$own/plan.txt" "$scratch/licence.txt"
for i in $(seq 1 300); do echo "Clause $i. Everyone is permitted to copy and distribute copies of document number $((i * 31)) unchanged."; done > "$own/licence.txt"

check "register exits 0" exits 0 "$strandline" register "$own" --registry "$reg"
check "key is private" test "$(stat -c %a "$reg/key")" = 600
check "register again skips all" exits 0 "$strandline" register "$own" --registry "$reg"

cp "$own/a.bin" "$leak/whole"
cut_out "$own/a.bin" "$leak/piece" 123457 4096
cut_out "$own/a.bin" "$leak/half" 777777 2048
{ stream 9000 7; tail -c +100001 "$own/sub/b.bin" | head -c 30000; stream 5000 8; } > "$leak/disk"
{ stream 20000 9; cat "$own/sub/b.bin"; stream 20000 10; } > "$leak/around"
bytes "$leak/foreign" 500000 99
sed -n 100,140p "$own/plan.txt" | tr 'a-z' 'A-Z' | fold -w 60 > "$leak/pasted"
tar czf "$leak/box.tgz" -C "$leak" piece disk
head -c 100000 /dev/zero > "$leak/zeros"
cp "$own/licence.txt" "$leak/licence"
check "trace exits 0" exits 0 "$strandline" trace "$leak" --registry "$reg" --format jsonl -o "$scratch/m"
is() { [ "$(relation "$scratch/m" "$leak/$1")" = "$2" ] || { relation "$scratch/m" "$leak/$1"; return 1; }; }
check "a whole file is identical" is whole "identical $own/a.bin"
check "a window of bytes is part of its file" is piece "part-of $own/a.bin"
check "a run inside a disk is found" is disk "part-of $own/sub/b.bin"
check "a file inside a disk is contained" is around "contains $own/sub/b.bin"
check "pasted text is derived" is pasted "derived-text $own/plan.txt"
check "a member of an archive is found" is box.tgz//piece "part-of $own/a.bin"
check "foreign bytes are nobody's" is foreign ""
check "zeros are nobody's" is zeros ""
is_text() { [ "$1" = "$2" ] || { echo "$1"; return 1; }; }
run_of() { jq -c "select(.item==\"$leak/$1\") | .runs[0] | [.item_start, .registered_start, .length, .exact]" "$scratch/m"; }
check "the run's borders are exact" is_text "$(run_of disk)" "[9000,100000,30000,true]"
check "no match is no row and exit 0" exits 0 "$strandline" trace "$leak/foreign" --registry "$reg" --format jsonl
check "every match has its keys" sh -c "jq -e 'select((.item and .registered and .relation and (.runs|type==\"array\") and .chance and .likelihood_ratio)|not)' $scratch/m; test \$? -eq 4"

# a background collection takes what it holds out of all claims
mkdir "$scratch/others"; cp "$own/licence.txt" "$scratch/others/LICENSE"
check "shared content is named before it is known as shared" is licence "identical $own/licence.txt"
check "background is registered" exits 0 "$strandline" register "$scratch/others" --registry "$reg" --background
"$strandline" trace "$leak/licence" --registry "$reg" --format jsonl > "$scratch/m2"
check "shared content says nobody's" test ! -s "$scratch/m2"

if [ -f /usr/share/common-licenses/GPL-3 ]; then
	mkdir "$scratch/ours"; cp /usr/share/common-licenses/GPL-3 "$scratch/ours/COPYING"
	"$strandline" register "$scratch/ours" --registry "$scratch/rl" > /dev/null
	"$strandline" trace /usr/share/common-licenses/GPL-3 --registry "$scratch/rl" --format jsonl > "$scratch/m7"
	check "a widespread licence says nobody's without a background" test ! -s "$scratch/m7"
else
	skip "a widespread licence says nobody's" "no licence files here"
fi

# a case takes the matches beside what it has
"$strandline" examine "$leak" --case "$scratch/case" --no-ocr > /dev/null 2>&1
check "trace into a case" exits 0 "$strandline" trace "$leak" --registry "$reg" --case "$scratch/case" --format jsonl -o "$scratch/m3"
"$strandline" export matches --case "$scratch/case" > "$scratch/m4"
check "export gives what trace gave" cmp "$scratch/m3" "$scratch/m4"
check "examine --registry" exits 0 "$strandline" examine "$leak" --case "$scratch/case5" --registry "$reg" --no-ocr
"$strandline" export matches --case "$scratch/case5" > "$scratch/m5"
check "examine finds what trace finds" cmp "$scratch/m3" "$scratch/m5"

# killed and run again: the same answers
big=$scratch/big; mkdir "$big"
for i in $(seq 1 60); do bytes "$big/$i" 700000 $((100 + i)); done
cp "$reg/key" "$scratch/key"
"$strandline" register "$big" --registry "$scratch/r1" --key "$scratch/key" > "$scratch/s1"
for t in 0.05 0.1 0.15 0.2 0.3; do timeout -s KILL $t "$strandline" register "$big" --registry "$scratch/r2" --key "$scratch/key" > /dev/null 2>&1; done
"$strandline" register "$big" --registry "$scratch/r2" --key "$scratch/key" > "$scratch/s2"
check "killed and gone on: the same counts" cmp "$scratch/s1" "$scratch/s2"
check "a killed registry verifies" exits 0 "$strandline" register --registry "$scratch/r2" --key "$scratch/key" --verify
mkdir "$scratch/cuts"; for i in 1 20 40 60; do cut_out "$big/$i" "$scratch/cuts/$i" 333333 9999; done
for r in r1 r2; do "$strandline" trace "$scratch/cuts" --registry "$scratch/$r" --key "$scratch/key" --format jsonl > "$scratch/t.$r"; done
check "killed and gone on: the same matches" cmp "$scratch/t.r1" "$scratch/t.r2"
check "all cuts are found" test "$(wc -l < "$scratch/t.r1")" -eq 4

# merge, forget, compact
"$strandline" register "$own" --registry "$scratch/r3" --key "$scratch/key" > /dev/null
check "registries of one key merge" exits 0 "$strandline" register --registry "$scratch/r3" --merge "$scratch/r1" --key "$scratch/key"
"$strandline" trace "$scratch/cuts" --registry "$scratch/r3" --key "$scratch/key" --format jsonl > "$scratch/t.r3"
check "a merged registry finds both" test "$(jq -r .registered "$scratch/t.r3" | sort | tr '\n' ' ')" = "$(jq -r .registered "$scratch/t.r1" | sort | tr '\n' ' ')"
"$strandline" register "$own" --registry "$scratch/r4" > /dev/null
check "registries of two keys do not merge" exits 3 "$strandline" register --registry "$scratch/r4" --merge "$scratch/r1"
check "a folder is forgotten" says "60 files forgotten" "$strandline" register --registry "$scratch/r3" --forget "$big" --key "$scratch/key" --compact
"$strandline" trace "$scratch/cuts" --registry "$scratch/r3" --key "$scratch/key" --format jsonl > "$scratch/t.r3"
check "what is forgotten is not found" test ! -s "$scratch/t.r3"

# a changed file: its old content is gone, a copy's stays
cp "$own/sub/b.bin" "$own/copy-of-b"; "$strandline" register "$own" --registry "$reg" > /dev/null
bytes "$own/sub/b.bin" 200000 55; "$strandline" register "$own" --registry "$reg" > /dev/null
"$strandline" trace "$leak/disk" --registry "$reg" --format jsonl > "$scratch/m6"
check "a copy keeps what the changed file held" test "$(jq -r .registered "$scratch/m6")" = "$own/copy-of-b"

# refusals
check "no registry: exit 3" exits 3 "$strandline" trace "$leak" --registry "$scratch/none"
check "wrong window: exit 2" exits 2 "$strandline" register "$own" --registry "$reg" --window 100
check "another window for a collection: exit 2" exits 2 "$strandline" register "$own" --registry "$reg" --window 8192
flock "$reg/lock" sleep 3 & sleep 0.3
check "locked: exit 3" exits 3 "$strandline" register "$own" --registry "$reg"
wait
cp -r "$scratch/r1" "$scratch/cut"
"$strandline" register --registry "$scratch/cut" --key "$scratch/key" --compact > /dev/null
for f in "$scratch"/cut/anchors/*.seg; do truncate -s -100 "$f"; done
check "a cut segment: exit 3" exits 3 "$strandline" trace "$scratch/cuts" --registry "$scratch/cut" --key "$scratch/key"
cp -r "$scratch/r1" "$scratch/altered"
"$strandline" register --registry "$scratch/altered" --key "$scratch/key" --compact > /dev/null
for f in "$scratch"/altered/anchors/*.seg; do printf X | dd of="$f" bs=1 seek=5000 conv=notrunc 2>/dev/null; done
check "an altered segment: verify exits 3" exits 3 "$strandline" register --registry "$scratch/altered" --key "$scratch/key" --verify
cp -r "$scratch/r4" "$scratch/newer"
sqlite3 "$scratch/newer/registry.db" "UPDATE meta SET value = 99 WHERE key = 'registry-version'" 2>/dev/null &&
	check "a newer version: exit 3" exits 3 "$strandline" trace "$leak" --registry "$scratch/newer"
head -c 20000 /dev/urandom | dd of="$scratch/newer/registry.db" conv=notrunc 2>/dev/null
check "a corrupt database: exit 3" exits 3 "$strandline" trace "$leak" --registry "$scratch/newer"
cp -r "$scratch/r4" "$scratch/keyless"; head -c 32 /dev/urandom > "$scratch/keyless/key"
check "the wrong key: exit 3" exits 3 "$strandline" trace "$leak" --registry "$scratch/keyless"
finish
