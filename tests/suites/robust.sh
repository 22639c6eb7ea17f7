#!/bin/sh
# What a hostile or unlucky input does to an examination: it costs that item and is named.
suite=robust
. "$(dirname "$0")/../suite.sh"

dump=$scratch/dump
mkdir -p $dump/in
printf 'HOSTILE crash\nafter the crash\n' > $dump/crash.bin
printf 'HOSTILE abort\n' > $dump/abort.bin
printf 'HOSTILE memory\n' > $dump/memory.bin
printf 'HOSTILE sandbox\n' > $dump/sandbox.bin
printf 'HOSTILE frames\n' > $dump/frames.bin
printf 'HOSTILE hang\n' > $dump/hang.bin
echo 'a harmless note' > $dump/note.txt
for i in 1 2 3; do cp $dump/crash.bin $dump/in/crash$i.bin; echo "note $i" > $dump/in/note$i.txt; done
(cd $dump/in && tar cf ../members.tar crash1.bin note1.txt crash2.bin note2.txt crash3.bin note3.txt)
mkfifo $dump/pipe
ln -s /etc/passwd $dump/link

check examine_survives_hostile_items exits 1 $hostile examine $dump --case $scratch/case --item-seconds 6
$strandline export items --case $scratch/case > $scratch/items
status_is() { [ "$(jq -r --arg t "$dump/$1" 'select(.item == $t).status' $scratch/items)" = "$2" ] || { jq -c --arg t "$dump/$1" 'select(.item == $t)' $scratch/items; return 1; }; }
reason_has() { jq -r --arg t "$dump/$1" 'select(.item == $t).reason' $scratch/items | grep -qF -- "$2" || { jq -c --arg t "$dump/$1" 'select(.item == $t)' $scratch/items; return 1; }; }
check a_crash_costs_that_item status_is crash.bin crashed
check an_abort_costs_that_item status_is abort.bin crashed
check eating_memory_costs_that_item status_is memory.bin crashed
check a_hang_costs_that_item status_is hang.bin timed-out
check false_frames_cost_that_item status_is frames.bin crashed
check others_are_read status_is note.txt read
check a_crashing_member_costs_that_member status_is members.tar//crash2.bin crashed
check members_behind_a_crashing_one_are_read status_is members.tar//note3.txt read
check a_pipe_is_listed reason_has pipe 'named pipe'
check a_link_is_not_followed reason_has link 'symbolic link, not followed'
check the_sandbox_refuses reason_has sandbox.bin 'open refused make refused network refused code refused fork refused'
check every_byte_is_accounted sh -c "jq -e 'select(.parent == null and .bytes_accounted != .size)' $scratch/items && exit 1; exit 0"

# the same with one worker and with eight; ids, rows and order alike
$hostile examine $dump --case $scratch/one --item-seconds 6 --jobs 1 > /dev/null
$hostile examine $dump --case $scratch/eight --item-seconds 6 --jobs 8 > /dev/null
for what in items findings; do
	$strandline export $what --case $scratch/one | sed 's/"accessed":[^,]*//' > $scratch/$what.one
	$strandline export $what --case $scratch/eight | sed 's/"accessed":[^,]*//' > $scratch/$what.eight
	check same_${what}_for_any_number_of_workers cmp $scratch/$what.one $scratch/$what.eight
done

# killed at any moment, run again
mkdir $scratch/many
i=0; while [ $i -lt 400 ]; do echo "note $i: mail someone$i@studio.example about it" > $scratch/many/$i.txt; i=$((i + 1)); done
cp $dump/members.tar $scratch/many
$strandline examine $scratch/many --case $scratch/calm > /dev/null
for pause in 0.01 0.02 0.03 0.05 0.08; do
	$strandline examine $scratch/many --case $scratch/killed > /dev/null 2>&1 & pid=$!
	sleep $pause; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
done
check killed_and_run_again_it_finishes exits 0 $strandline examine $scratch/many --case $scratch/killed
for what in items findings; do
	$strandline export $what --case $scratch/calm > $scratch/$what.calm
	$strandline export $what --case $scratch/killed > $scratch/$what.killed
	check killed_and_run_again_${what}_are_those_of_a_calm_run cmp $scratch/$what.calm $scratch/$what.killed
done
$strandline examine $scratch/many --case $scratch/stopped > /dev/null 2>&1 & pid=$!
sleep 0.02; kill -INT $pid 2>/dev/null; wait $pid; got=$?
check an_interrupt_exits_4_or_0 [ $got -eq 4 -o $got -eq 0 ]

# bad input gets one clear line
check no_path_exits_2 exits 2 $strandline examine --case $scratch/x
check no_case_exits_2 exits 2 $strandline examine $dump
check a_missing_path_is_named says "$scratch/nowhere: No such file" $strandline examine $scratch/nowhere --case $scratch/x
check a_missing_path_exits_2 exits 2 $strandline examine $scratch/nowhere --case $scratch/x
check an_unknown_option_exits_2 exits 2 $strandline examine $dump --case $scratch/x --bogus
check an_unknown_class_exits_2 exits 2 $strandline examine $dump --case $scratch/x --only nonsense
check no_case_here_exits_3 exits 3 $strandline export items --case $scratch/nocase
echo junk > $scratch/notacase; mkdir $scratch/badcase; echo 'this is no database, by far not' > $scratch/badcase/case.db
check a_corrupt_case_exits_3 exits 3 $strandline status --case $scratch/badcase
cp -r $scratch/calm $scratch/newer; sqlite3 $scratch/newer/case.db "UPDATE meta SET value=99 WHERE key='version'"
check a_newer_case_exits_3 exits 3 $strandline status --case $scratch/newer
check a_newer_case_is_told says 'newer strandline' $strandline status --case $scratch/newer
cp -r $scratch/calm $scratch/otherkey; head -c 32 /dev/urandom > $scratch/otherkey/key
check a_wrong_key_exits_3 exits 3 $strandline export findings --case $scratch/otherkey
flock $scratch/calm/lock sleep 3 & sleep 0.2
check a_locked_case_exits_3 exits 3 $strandline examine $scratch/many --case $scratch/calm
wait
if [ "$(id -u)" -ne 0 ]; then
	echo secret > $dump/denied.txt; chmod 0 $dump/denied.txt
	$strandline examine $dump/denied.txt --case $scratch/denied > /dev/null
	check a_file_without_permission_is_listed says 'no permission' $strandline status --case $scratch/denied
fi
# a full disk under the case
if [ "$(id -u)" -eq 0 ] && mkdir $scratch/small && mount -t tmpfs -o size=256k none $scratch/small 2>/dev/null; then
	check a_full_disk_exits_3 exits 3 $strandline examine $scratch/many --case $scratch/small/case
	mount -o remount,size=64m $scratch/small
	check after_a_full_disk_it_goes_on exits 0 $strandline examine $scratch/many --case $scratch/small/case
	$strandline export findings --case $scratch/small/case > $scratch/findings.small
	check after_a_full_disk_nothing_is_lost cmp $scratch/findings.calm $scratch/findings.small
	umount $scratch/small
else
	skip a_full_disk_exits_3 'needs to mount a small file system'
fi
finish
