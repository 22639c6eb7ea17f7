#!/bin/sh
# Text that was saved again: documents registered as DOCX, their text saved on as ODT, PDF and plain
# text by LibreOffice and pdftotext, excerpts of 128 letters and digits traced.
#   bench/resave.sh FOLDER-OF-TEXTS [EXCERPTS]
cd "$(dirname "$0")/.." || exit 1
strandline=$PWD/build/strandline
texts=${1:?a folder with .txt files} count=${2:-1000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch
mkdir "$scratch/txt" "$scratch/cuts"
find "$texts" -name '*.txt' -size +2k | LC_ALL=C sort | head -40 | while read -r f; do cp "$f" "$scratch/txt/"; done
office() { soffice --headless --convert-to "$1" --outdir "$scratch/$2" "$scratch/$3"/* > /dev/null 2>&1; }
office docx:"MS Word 2007 XML" docx txt
office odt odt docx
office pdf pdf odt
for f in "$scratch"/pdf/*.pdf; do pdftotext -layout "$f" "${f%.pdf}.out"; done
"$strandline" register "$scratch/docx" --registry "$scratch/r" | head -1
for f in "$scratch"/pdf/*.out; do
	awk -v name="$(basename "$f" .out)" -v dir="$scratch/cuts" -v n="$count" -v files="$(ls "$scratch"/pdf/*.out | wc -l)" '
	{ text = text $0 "\n" }
	END {
		srand(length(text)); each = int(n / files) + 1
		for (i = 0; i < each; i++) {
			at = int(rand() * (length(text) - 400)) + 1; letters = 0; end = at
			while (letters < 128 && end <= length(text)) { if (substr(text, end, 1) ~ /[A-Za-z0-9]/) letters++; end++ }
			if (letters == 128) printf "%s", substr(text, at, end - at) > (dir "/" name "." i ".txt")
		}
	}' "$f"
done
"$strandline" trace "$scratch/cuts" --registry "$scratch/r" --format jsonl > "$scratch/m"
asked=$(ls "$scratch/cuts" | wc -l)
found=$(jq -r .item "$scratch/m" | sort -u | wc -l)
right=$(jq -r '[(.item|split("/")|last|split(".")[0]), (.registered|split("/")|last|split(".")[0])] | select(.[0]==.[1]) | .[0]' "$scratch/m" | wc -l)
awk -v a="$asked" -v f="$found" -v r="$right" 'BEGIN { printf "excerpts of 128 characters found                %10.4f of %d\nwith the document they were cut from            %10.4f\n", f / a, a, r / a }'
printf '{"bench":"excerpts of 128 characters found, resaved","value":%s,"unit":""}\n' "$(awk -v a="$asked" -v f="$found" 'BEGIN { print f / a }')" >&2
