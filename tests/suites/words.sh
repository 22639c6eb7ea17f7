#!/bin/sh
# What is said at the terminal: the summary, the man page, completion.
suite=words
. "$(dirname "$0")/../suite.sh"
dump=$scratch/dump case=$scratch/case
mkdir "$dump"
printf 'mail ann.bell@halcyonfilms.com, then ann.bell@halcyonfilms.com\n' > "$dump/a.txt"
printf '7z\274\257\047\034broken' > "$dump/$(printf 'red\033[31m\nrtl\342\200\256').7z"
$strandline examine "$dump" --case "$case" > "$scratch/summary" 2>&1
check summary_counts_values_and_copies grep -qE 'email-address +1 +2 +1$' "$scratch/summary"
check summary_has_no_control_characters sh -c "! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' $scratch/summary"
check summary_spells_controls grep -qF 'red\x1b[31m\nrtl\u202e' "$scratch/summary"
check summary_says_that_the_ledger_adds_up grep -q 'equals the size of the files' "$scratch/summary"
check status_says_the_same sh -c "$strandline status --case $case | cmp - $scratch/summary"
$strandline --man > "$scratch/strandline.1"
for command in $($strandline --words | cut -d' ' -f1); do
	check "man_page_has_$command" grep -q "^\.SS $command\$" "$scratch/strandline.1"
	for option in $($strandline --words | sed -n "s/^$command //p"); do
		check "help_of_${command}_has_$option" sh -c "$strandline $command --help | grep -q -- '  $option'"
	done
done
if command -v man > /dev/null && command -v groff > /dev/null; then
	check man_page_renders_without_warnings sh -c "MANROFFOPT=-ww man --warnings -l $scratch/strandline.1 2>&1 > /dev/null | tee $scratch/warned; [ ! -s $scratch/warned ]"
	check man_page_shows_options sh -c "man -l $scratch/strandline.1 | col -b | grep -q -- '--reveal'"
else
	skip man_page_renders 'man or groff is not installed'
fi
check completion_is_sound_bash bash -n data/strandline.bash-completion
check completion_offers_commands sh -c "PATH=$PWD/build:\$PATH bash -c '. data/strandline.bash-completion; COMP_WORDS=(strandline exp); COMP_CWORD=1; _strandline; echo \${COMPREPLY[@]}' | grep -qx export"
check completion_offers_options sh -c "PATH=$PWD/build:\$PATH bash -c '. data/strandline.bash-completion; COMP_WORDS=(strandline report --re); COMP_CWORD=2; _strandline; echo \${COMPREPLY[@]}' | grep -qx -- --reveal"
finish
