#!/bin/sh
# The evidence log: what it holds, and that an altered record shows.
suite=evidence
. "$(dirname "$0")/../suite.sh"
mkdir $scratch/dump
echo 'mail ann@halcyonfilms.com' > $scratch/dump/a.txt
$strandline examine $scratch/dump --case $scratch/case > /dev/null
check a_fresh_log_verifies exits 0 $strandline verify --case $scratch/case
$strandline export findings --case $scratch/case --reveal > $scratch/revealed
check reveal_shows_the_value grep -q 'ann@halcyonfilms.com' $scratch/revealed
$strandline export findings --case $scratch/case > $scratch/masked
check masks_hide_the_value sh -c "! grep -q 'ann@halcyon' $scratch/masked"
check no_clear_value_in_the_case_files sh -c "! grep -rq 'ann@halcyon' $scratch/case"
check reveal_is_logged sh -c "$strandline export evidence --case $scratch/case | grep -q '\"kind\":\"revealed\"'"
sum=$(sha256sum $scratch/dump/a.txt | cut -d' ' -f1)
check inputs_are_logged_with_their_digest sh -c "$strandline export evidence --case $scratch/case | grep '\"kind\":\"input\"' | grep -q $sum"
# a leaf as RFC 9162 says: SHA-256 of a zero byte and the entry
$strandline export evidence --case $scratch/case | head -1 > $scratch/first
want=$( { printf '\0'; jq -c 'del(.leaf)' $scratch/first | tr -d '\n'; } | sha256sum | cut -d' ' -f1)
check a_leaf_is_hashed_as_in_rfc_9162 [ "$(jq -r .leaf $scratch/first)" = "$want" ]
cp -r $scratch/case $scratch/altered
sqlite3 $scratch/altered/case.db "UPDATE evidence SET subject='b.txt' WHERE idx=0"
check an_altered_record_is_named says 'record 0 was altered' $strandline verify --case $scratch/altered
check an_altered_record_exits_3 exits 3 $strandline verify --case $scratch/altered
cp -r $scratch/case $scratch/cut
sqlite3 $scratch/cut/case.db "DELETE FROM evidence WHERE idx=(SELECT max(idx) FROM evidence)"
check a_removed_record_is_named says 'is missing' $strandline verify --case $scratch/cut
finish
