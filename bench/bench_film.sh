#!/bin/sh
# The mark under attack: bench_film.sh [-a "ATTACK ..."] [-t SECONDS] FILM...
# Marks the first SECONDS (10) of each film for two recipients, attacks one copy with the ffmpeg program,
# and identifies it blind and beside the original. A table on standard output, JSON lines behind "json ".
# "seconds" is what 10^-12 over 1,000 recipients takes: z grows with the root of the time read,
# and z of 8.3 is needed (exp(-8.3^2/2) * 1000 < 10^-12); it is computed, not cut and tried.
here=$(cd "$(dirname "$0")/.." && pwd)
strandline=${STRANDLINE:-$here/build/strandline}
attacks="crf23 crf28 crf30 crf40 crf50 hevc32 hevc40 av150 av155 dvd w640 letterbox crop71 crop55 pal ntsc rotate10 hflip screen mean2 median3 darken2 switch2"
seconds=10
while getopts a:t: o; do
	case $o in
	a) attacks=$OPTARG ;;
	t) seconds=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { echo "usage: bench_film.sh [-a ATTACKS] [-t SECONDS] FILM..." >&2; exit 2; }
command -v ffmpeg >/dev/null || { echo "bench_film: ffmpeg is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
ff="nice ffmpeg -v error -nostdin -y"
x264="-c:v libx264 -preset medium"
corners="x0=W*0.05:y0=H*0.06:x1=W*0.97:y1=H*0.02:x2=W*0.03:y2=H*0.93:x3=W*0.94:y3=H*0.98"
printf 'recipient\nann\nbob\ncal\n' > "$work/list.csv"

# attack NAME: writes $work/attacked.EXT from the copies $work/out/film.*.mkv, and prints its path
attack() {
	in=$work/out/film.ann.mkv
	b=$work/out/film.bob.mkv
	c=$work/out/film.cal.mkv
	o=$work/attacked.mkv
	rm -f "$work"/attacked.* "$work/first.mkv"
	case $1 in
	crf*) $ff -i "$in" $x264 -crf "${1#crf}" "$o" ;;
	hevc*) $ff -i "$in" -c:v libx265 -x265-params log-level=none -crf "${1#hevc}" "$o" ;;
	av1*) $ff -i "$in" -c:v libsvtav1 -preset 8 -crf "${1#av1}" "$o" 2>/dev/null ;;
	dvd) o=$work/attacked.mpg; $ff -i "$in" -vf scale=720:480 -c:v mpeg2video -b:v 2500k -maxrate 4000k -bufsize 1835k -g 12 "$o" ;;
	w640) $ff -i "$in" -vf scale=640:-2 -c:v libx264 -b:v 500k -maxrate 500k -bufsize 1000k "$o" ;;
	letterbox) $ff -i "$in" -vf scale=720:404,pad=720:576:0:86 $x264 -crf 28 "$o" ;;
	crop71) $ff -i "$in" -vf "crop=trunc(iw*0.71/2)*2:trunc(ih*0.71/2)*2,eq=brightness=-0.2" $x264 -crf 40 "$o" ;;
	crop55) $ff -i "$in" -vf "crop=trunc(iw*0.55/2)*2:trunc(ih*0.55/2)*2" $x264 -crf 23 "$o" ;;
	pal) $ff -i "$in" -vf setpts=PTS*24/25,fps=25 $x264 "$o" ;;
	ntsc) $ff -i "$in" -vf framerate=fps=30000/1001 $x264 "$o" ;;
	rotate10) $ff -i "$in" -vf "rotate=10*PI/180" $x264 "$o" ;;
	hflip) $ff -i "$in" -vf hflip $x264 "$o" ;;
	screen)
		$ff -i "$in" -vf "scale=iw*1.37:-2:flags=neighbor,gblur=0.7,scale=1920:1080:flags=bilinear,perspective=$corners:sense=destination:interpolation=cubic,rotate=1.2*PI/180,scale=1280:720:flags=bilinear,gblur=sigma=1.3,eq=contrast=0.75:brightness='0.05+0.02*sin(2*PI*7.3*t)':gamma=1.35:saturation=0.7:eval=frame,vignette=PI/5,noise=alls=14:allf=t,framerate=fps=30000/1001" -c:v libx264 -crf 27 "$work/first.mkv" &&
		$ff -i "$work/first.mkv" -vf scale=720:480 -c:v libx264 -b:v 600k "$o" ;;
	mean2) $ff -i "$in" -i "$b" -filter_complex mix=inputs=2 $x264 "$o" ;;
	median3) $ff -i "$in" -i "$b" -i "$c" -filter_complex xmedian=inputs=3 $x264 "$o" ;;
	darken2) $ff -i "$in" -i "$b" -filter_complex blend=all_mode=darken $x264 "$o" ;;
	switch2) $ff -i "$in" -i "$b" -filter_complex "blend=all_expr='if(mod(floor(N/30),2),A,B)'" $x264 "$o" ;;
	*) echo "bench_film: no attack $1" >&2; return 1 ;;
	esac && echo "$o"
}

# row FILM ATTACK MODE: reads one line of JSON
row() {
	tr ',' '\n' | tr -d '{}"' | awk -F: -v film="$1" -v attack="$2" -v mode="$3" -v t="$seconds" '
		{ v[$1] = $2 }
		END {
			z = v["score"] + 0
			need = z > 0 ? t * (8.3 / z) ^ 2 : -1
			named = v["recipient"]
			wrong = (named != "null" && named != "ann" && named != "bob" && named != "cal") ? " FALSE ACCUSATION" : ""
			printf "%-28.28s %-10s %-8s %-24s z %7.1f  likeness %5.2f  seconds %s%s\n", film, attack, mode,
				v["verdict"], z, v["likeness"], need < 0 || need > 9999 ? "-" : sprintf("%.1f", need), wrong
			printf "json {\"bench\":\"mark-attack\",\"film\":\"%s\",\"attack\":\"%s\",\"mode\":\"%s\",\"verdict\":\"%s\",\"z\":%.2f,\"seconds\":%.2f}\n",
				film, attack, mode, v["verdict"], z, need
		}'
}

for film in "$@"; do
	rm -rf "$work/out" "$work/registry"
	$ff -t "$seconds" -i "$film" -map 0:v:0 -c:v libx264 -preset veryfast -crf 10 "$work/film.mkv" || continue
	"$strandline" mark "$work/film.mkv" --recipients "$work/list.csv" --registry "$work/registry" --out "$work/out" >/dev/null || continue
	name=$(basename "$film")
	for a in $attacks; do
		clip=$(attack "$a") || continue
		"$strandline" identify "$clip" --registry "$work/registry" --format jsonl | row "$name" "$a" blind
		"$strandline" identify "$clip" --registry "$work/registry" --original "$work/film.mkv" --format jsonl |
			row "$name" "$a" informed
	done
	"$strandline" identify "$work/film.mkv" --registry "$work/registry" --format jsonl | row "$name" unmarked blind
done
