#!/bin/sh
# The HTML report: what it says, that nothing in a hostile name breaks out, that no request leaves, that its tables work.
suite=report
. "$(dirname "$0")/../suite.sh"
dump=$scratch/dump case=$scratch/case page=$scratch/report.html
mkdir -p "$dump/</script><script>alert(1)</script>" "$dump/plain"
printf 'name,email,ssn\nAnn Bell,ann.bell@halcyonfilms.com,512-44-9821\n"Bo </script><img src=x>",bo@halcyonfilms.com,519-22-8841\n' \
	> "$dump/</script><script>alert(1)</script>/a\"b'c&d.csv"
printf 'mail carl.orff@halcyonfilms.com\n' > "$dump/$(printf 'new\nline\033[31m').txt"
printf 'mail dora@halcyonfilms.com\n' > "$dump/$(printf 'rtl\342\200\256fdp').txt"
printf 'mail erik@halcyonfilms.com\n' > "$dump/plain/e.txt"
printf '7z\274\257\047\034broken' > "$dump/plain/broken.7z"
$strandline examine "$dump" --case "$case" > /dev/null 2>&1
check a_report_is_written exits 0 $strandline report --case "$case" -o "$page"
check without_a_file_is_wrong_usage exits 2 $strandline report --case "$case"
check without_a_case_is_unusable exits 3 $strandline report --case "$scratch/none" -o "$scratch/no.html"
check the_same_case_gives_the_same_report sh -c "$strandline report --case $case -o - | cmp - $page"
check hostile_names_are_no_markup sh -c "! grep -qE '<script>alert|<img' $page"
check names_do_not_end_a_script_element [ "$(grep -o '</script>' "$page" | wc -l)" -eq "$(grep -o '<script[ >]' "$page" | wc -l)" ]
check no_control_or_reordering_character_is_in_it sh -c "! LC_ALL=C grep -qP '\x1b|\xe2\x80\xae' $page"
check values_are_masked sh -c "! grep -qE '512-44-9821|ann\.bell@' $page"
check the_ledger_adds_up grep -q 'every byte is accounted for' "$page"
check nothing_is_fetched sh -c "! grep -qE '(src|href|action)=.?(https?:)?//|url\(|@import|fetch\(|XMLHttpRequest' $page"
check its_policy_forbids_connections grep -q "default-src 'none'; script-src 'sha256-" "$page"
check only_its_own_script_may_run sh -c "! grep -q \"script-src[^;]*unsafe\" $page"
want=$(sed -n "s/.*script-src 'sha256-\([^']*\)'.*/\1/p" "$page")
got=$(openssl dgst -sha256 -binary web/report.js | openssl base64)
check the_policy_names_the_scripts_digest [ "$want" = "$got" ]
$strandline report --case "$case" -o "$scratch/clear.html" --reveal
check reveal_shows_values grep -q '512-44-9821' "$scratch/clear.html"
check reveal_is_said_in_the_page grep -q 'Not masked' "$scratch/clear.html"
check a_revealed_file_is_its_owners [ "$(stat -c %a "$scratch/clear.html")" = 600 ]
check reveal_is_logged sh -c "$strandline export evidence --case $case | grep '\"revealed\"' | grep -q 'report to'"

# The page in a browser: what stands in it after its script ran, for a hash.
dom() {
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-background-networking --user-data-dir="$scratch/browser" \
		--enable-logging=stderr --virtual-time-budget=3000 --dump-dom "file://$page#$1" 2> "$scratch/browser.log"
}
rows() { dom "$1" | grep -o 'data-label="where"' | wc -l; }
all=$($strandline export findings --case "$case" | jq -s '[.[] | select(.confidence >= 0.5)] | length')
below=$($strandline export findings --case "$case" | jq -s '[.[] | select(.confidence >= 0.5 and (.item | contains("/plain/")))] | length')
if command -v chromium > /dev/null; then
	dom '' > "$scratch/dom"
	check its_script_runs_to_the_end grep -q 'data-ready="yes"' "$scratch/dom"
	check its_script_makes_no_error sh -c "! grep -E 'CONSOLE.*(Error|Refused|Content Security)' $scratch/browser.log"
	check all_asserted_findings_are_rows [ "$(grep -o 'data-label="where"' "$scratch/dom" | wc -l)" -eq "$all" ]
	check reordering_characters_are_spelled_out grep -q 'class="spelled">\\u202e' "$scratch/dom"
	check escapes_are_spelled_out grep -q 'class="spelled">\\x1b' "$scratch/dom"
	check a_kind_filters_findings [ "$(rows 'findings?kind=us-ssn')" -eq 2 ]
	check a_trail_filters_findings [ "$(rows "findings?below=$(printf %s "$dump/plain" | jq -sRr @uri)")" -eq "$below" ]
	check a_search_filters_findings [ "$(rows 'findings?q=erik')" -eq 0 ]
	check no_hostile_script_ran sh -c "! grep -q 'alert' $scratch/browser.log"
else
	skip the_page_in_a_browser 'chromium is not installed'
fi
finish
