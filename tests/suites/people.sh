#!/bin/sh
# Linking: rows of several files become persons.
suite=people
. "$(dirname "$0")/../suite.sh"
mkdir $scratch/dump
cat > $scratch/dump/staff.csv <<'CSV'
First Name,Last Name,SSN,Email
Ann,Lee,536-22-8741,ann.lee@halcyonfilms.com
Bob,Ngo,221-45-1234,bob@halcyonfilms.com
Bob,Ngo,318-66-2345,b.ngo@halcyonfilms.com
CSV
cat > $scratch/dump/cards.csv <<'CSV'
Cardholder Name,Card Number
Ann Lee,4539 5787 6362 1486
Bob Ngo,4916 3385 0608 2832
CSV
cat > $scratch/dump/hr.csv <<'CSV'
Full Name,Email,Social Security Number
"Lee, Ann",ann.lee@halcyonfilms.com,536-22-8741
CSV
$strandline examine $scratch/dump --case $scratch/case > /dev/null
$strandline export people --case $scratch/case --reveal > $scratch/people
count() { jq -r 'select(.name | test("'"$1"'")) | .person_id' $scratch/people | wc -l; }
check equal_numbers_and_a_lone_name_are_one_person [ "$(count 'Ann Lee|Lee, Ann')" -eq 1 ]
check her_card_is_hers sh -c "grep 'Lee' $scratch/people | grep -q payment-card"
check a_name_that_two_persons_bear_joins_nobody [ "$(count 'Bob Ngo')" -eq 3 ]
finish
