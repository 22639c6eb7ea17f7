#!/bin/sh
# Export formats, each held against another program's reading of it, or against JSONL.
suite=formats
. "$(dirname "$0")/../suite.sh"
dump=$scratch/dump case=$scratch/case
mkdir -p "$dump"
printf 'name,email,ssn,note\n"=HYPERLINK(""x"")",ann.bell@halcyonfilms.com,512-44-9821,a\nBo \303\276 _x0041_ Lee,bo.lee@halcyonfilms.com,519-22-8841,b\n' > "$dump/staff.csv"
printf 'DB_PASSWORD=Xk29vLq81mZt\naws_access_key_id = AKIAQ3EGRZ7H2LWNXB4T\n' > "$dump/.env"
printf 'mail dora.kent@halcyonfilms.com\n' > "$dump/$(printf 'a\nb <&> \033 ü').txt"
printf '7z\274\257\047\034broken' > "$dump/broken.7z"
$strandline examine "$dump" --case "$case" --hashes md5,sha1 > /dev/null 2>&1
out() { $strandline export "$1" --case "$case" --format "$2" -o "$scratch/$1.$2"; }
count() { $strandline export "$1" --case "$case" | wc -l; }
for pair in people:xlsx items:dfxml items:dat people:dat findings:sarif departures:stix departures:jsonl departures:csv \
	findings:case-uco items:case-uco people:case-uco matches:case-uco departures:case-uco evidence:case-uco; do
	check "${pair%:*}_as_${pair#*:}_is_written" exits 0 out "${pair%:*}" "${pair#*:}"
done
check people_as_sarif_is_wrong_usage exits 2 out people sarif

# xlsx: a zip of well-formed parts, read back by our own reader through examine
x=$scratch/people.xlsx
if command -v unzip > /dev/null && command -v xmllint > /dev/null; then
	check xlsx_is_a_sound_zip unzip -tq "$x"
	check xlsx_parts_are_well_formed sh -c "cd $scratch && mkdir x && cd x && unzip -q ../people.xlsx && find . -type f | xargs -d '\n' xmllint --noout"
	check xlsx_has_a_row_a_person [ "$(xmllint --xpath 'count(//*[local-name()="row"])' "$scratch/x/xl/worksheets/sheet1.xml")" -eq $(($(count people) + 1)) ]
	check xlsx_has_no_formula sh -c "! grep -q '<f>' $scratch/x/xl/worksheets/sheet1.xml"
	check dfxml_is_well_formed xmllint --noout "$scratch/items.dfxml"
	check dfxml_has_an_object_an_item [ "$(xmllint --xpath 'count(//*[local-name()="fileobject"])' "$scratch/items.dfxml")" -eq "$(count items)" ]
	check dfxml_sizes_add_up [ "$(xmllint --xpath 'sum(//*[local-name()="filesize"])' "$scratch/items.dfxml")" -eq "$($strandline export items --case "$case" | jq -s 'map(.size // 0) | add')" ]
	sum=$(sha1sum "$dump/staff.csv" | cut -d' ' -f1)
	check dfxml_holds_the_digests grep -q "<hashdigest type=\"sha1\">$sum<" "$scratch/items.dfxml"
else
	skip xlsx_and_dfxml 'unzip or xmllint is not installed'
fi
$strandline export people --case "$case" --format xlsx --reveal -o "$scratch/clear.xlsx"
$strandline examine "$scratch/clear.xlsx" --case "$scratch/again" > /dev/null 2>&1
check our_reader_finds_the_people_of_an_xlsx sh -c "$strandline export findings --case $scratch/again --reveal | grep -q 'bo.lee@halcyonfilms.com'"
if command -v soffice > /dev/null && [ -e /usr/lib/libreoffice/program/libsclo.so ]; then
	check libreoffice_opens_an_xlsx sh -c "cd $scratch && HOME=$scratch timeout 120 soffice --headless --convert-to csv clear.xlsx > /dev/null 2>&1 && grep -q 'bo.lee@halcyonfilms.com' clear.csv"
else
	skip libreoffice_opens_an_xlsx 'LibreOffice Calc is not installed'
fi

# dat: fields between U+00FE, parted by U+0014
d=$scratch/items.dat
check dat_begins_with_a_byte_order_mark sh -c "head -c 3 $d | od -An -tx1 | grep -q 'ef bb bf'"
check dat_has_a_line_an_item [ "$(wc -l < "$d")" -eq $(($(count items) + 1)) ]
check dat_lines_have_equal_fields [ "$(awk -F "$(printf '\024')" '{ print NF }' "$d" | sort -u | wc -l)" -eq 1 ]
check dat_quotes_every_field [ "$(grep -o "$(printf '\303\276')" "$d" | wc -l)" -eq $((2 * $(wc -l < "$d") * $(head -1 "$d" | awk -F "$(printf '\024')" '{ print NF }'))) ]

# sarif: the properties that its schema requires
s=$scratch/findings.sarif
check sarif_has_what_is_required jq -e '.version == "2.1.0" and (.runs | length == 1) and .runs[0].tool.driver.name == "strandline" and
	([.runs[0].results[] | (.message.text | length > 0)] | all)' "$s"
check sarif_rules_are_defined jq -e '(.runs[0].tool.driver.rules | map(.id)) as $ids | all(.runs[0].results[]; .ruleId as $r | $ids | index($r))' "$s"
check sarif_holds_all_credentials [ "$(jq '.runs[0].results | length' "$s")" -eq "$($strandline export findings --case "$case" | jq -s '[.[] | select(.class == "credential")] | length')" ]
check sarif_holds_some_credential jq -e '.runs[0].results | length > 0' "$s"
check sarif_addresses_are_references jq -e 'all(.runs[0].results[].locations[].physicalLocation.artifactLocation.uri; test("^[!-~]+$"))' "$s"

# case-uco: JSON-LD with a node a row, each with its own name
for set in findings items people evidence; do
	f=$scratch/$set.case-uco
	out $set case-uco
	check "case_uco_has_a_node_of_${set}_a_row" [ "$(jq '."@graph" | length' "$f")" -eq "$(count $set)" ]
	check "case_uco_nodes_of_${set}_have_names_of_their_own" jq -e '(."@graph" | map(."@id")) as $i | ($i | length) == ($i | unique | length)' "$f"
	check "case_uco_prefixes_of_${set}_are_declared" jq -e '(."@context" | keys) as $k | [."@graph"[] | keys[] | select(startswith("@") | not) | split(":")[0]] | unique | all(. as $p | $k | index($p))' "$f"
done
check case_uco_findings_point_to_items sh -c "jq -r '.\"@graph\"[].\"strandline:foundIn\".\"@id\"' $scratch/findings.case-uco | sort -u > $scratch/from; jq -r '.\"@graph\"[].\"@id\"' $scratch/items.case-uco | sort -u > $scratch/to; [ -s $scratch/from ] && [ -z \"\$(comm -23 $scratch/from $scratch/to)\" ]"

# stix: departures as a table of the case gives them
check stix_without_departures_is_a_bundle jq -e '.type == "bundle" and (.id | startswith("bundle--")) and ((.objects // []) | length == 0)' "$scratch/departures.stix"
sqlite3 "$case/case.db" "CREATE TABLE departure(host, destination, service, bytes_out, bytes_in, first, last, alarm, why, bytes_at_alarm, unseen_share, documents);
	INSERT INTO departure VALUES('10.0.0.7','203.0.113.9','https/443',9000000,1000,1416816900000000000,1416817000000000000,1,'[\"volume\"]',1000,0.5,'[]'),
	('10.0.0.7','drop.example.net','ftp',7,8,1416816900000000000,1416817000000000000,0,'[]',NULL,NULL,'[]')"
check stix_with_departures_is_written exits 0 out departures stix
check stix_objects_are_named_once jq -e '(.objects | map(.id)) as $i | ($i | length) == 7 and ($i | unique | length) == 7' "$scratch/departures.stix"
check stix_references_resolve jq -e '(.objects | map(.id)) as $i | [.objects[] | .object_refs[]?, .src_ref?, .dst_ref? | select(. != null)] | all(. as $r | $i | index($r))' "$scratch/departures.stix"
check stix_observed_data_has_what_is_required jq -e '[.objects[] | select(.type == "observed-data") | .created and .modified and .first_observed and .last_observed and .number_observed == 1] | length == 2 and all' "$scratch/departures.stix"
# STIX 2.1 names an address by UUID version 5 over {"value":"10.0.0.7"}: worked out by another program
want=$({ printf '\000\253\355\264\252\102\106\154\234\001\376\322\063\025\251\267'; printf %s '{"value":"10.0.0.7"}'; } | sha1sum | cut -c1-12 | sed 's/^\(.\{8\}\)/\1-/')
check stix_names_an_address_as_the_standard_says grep -q "ipv4-addr--$want-5" "$scratch/departures.stix"
check departures_in_csv_have_the_contracts_names sh -c "head -1 $scratch/departures.csv | grep -q '^host,destination,service,bytes_out,bytes_in,first,last,alarm,why,bytes_at_alarm,unseen_share,documents'"
finish
