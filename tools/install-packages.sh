#!/bin/sh
# Installs the Debian packages a list names, those that are missing, through apt (sudo when not root).
#   tools/install-packages.sh LIST
missing=
for p in $(grep -v '^#' "$1"); do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing > /tmp/strandline-apt.$$ 2>&1 && rm -f /tmp/strandline-apt.$$ && exit 0
tail -20 /tmp/strandline-apt.$$
echo "strandline: packages: apt could not install$missing; install them by hand and run make again" >&2
exit 1
