#!/bin/sh
# Measures the credential detectors against leaky-repo's truth: lines (or cells of rows) of risk in each file.
#   STRANDLINE_DATA=DIR tests/measure_secrets.sh
# The misses were read while the rules were written, so these are no figures for unseen files. Found is cut to the
# truth in each file; what is above it counts against precision.
cd "$(dirname "$0")/.." || exit 1
root=${STRANDLINE_DATA:?}/secrets-pii/secrets-pii/leaky-repo
[ -d "$root" ] || { echo "measure_secrets: skipped, no leaky-repo"; exit 0; }
sed 's/#.*//' "$root/.leaky-meta/secrets.csv" | tr -d '\r' | grep , | while IFS=, read -r file risk rest; do
	found=$(timeout 20 build/peek -d -q "$root/$file" 2>/dev/null | LC_ALL=C grep -aE \
		'^finding (private-key|access-token|password|password-hash|key-store|config-secret) (0\.[5-9]|1)' |
		sed 's/.* @ //; s/ rule .*//' | sort -u | wc -l)
	echo "leaky-repo $risk $found $file"
done | awk '{ hit = $3 < $2 ? $3 : $2; risk[$1] += $2; found[$1] += $3; hits[$1] += hit
		if ($3 != $2) print "  " $4 ": risk " $2 ", found " $3 }
	END { for (h in risk) printf "%s: recall %.2f, precision at least %.2f (%d of %d lines, %d told)\n", h,
		hits[h] / risk[h], found[h] ? hits[h] / found[h] : 0, hits[h], risk[h], found[h] }'
