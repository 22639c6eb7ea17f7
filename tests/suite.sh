# Sourced by the suites: a scratch folder, and check NAME COMMAND...
cd "$(dirname "$0")/../.." || exit 1
strandline=${STRANDLINE:-build/strandline}
hostile=build/hostile
scratch=$(mktemp -d)
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0
check() {
	check_name=$1; shift
	if "$@" > "$scratch/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $suite: $check_name"
		head -10 "$scratch/out"
	fi
}
skip() { skipped=$((skipped + 1)); echo "  skipped: $1: $2"; }
finish() { echo "$suite: $passed passed, $failed failed, $skipped skipped"; [ "$failed" -eq 0 ]; }
# exits STATUS COMMAND...: true when the command ends with that status
exits() { want=$1; shift; "$@"; got=$?; [ "$got" -eq "$want" ] || { echo "status $got, not $want"; return 1; }; }
# says TEXT COMMAND...: true when its output, standard error too, holds the text
says() { want=$1; shift; "$@" > "$scratch/said" 2>&1; grep -qF -- "$want" "$scratch/said" || { cat "$scratch/said"; return 1; }; }
# field FILE.jsonl JQ-FILTER: prints
field() { jq -r "$2" "$1"; }
