#!/bin/sh
# Draws data/ anew: installs the fonts, builds make_words, draws the words, packs the images smaller without loss.
#
#   tools/make_data.sh             draws data/ again; on Debian 12 every file comes out with the same bytes
#   tools/make_data.sh FOLDER      draws into FOLDER instead, for comparing: diff -r data FOLDER
#
# MAKE_WORDS=program uses a make_words that is built already, CXX=compiler another compiler than g++.
set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/data}
case $out in /*) ;; *) out=$PWD/$out ;; esac
cd "$root"

fonts=$(sed -e '/^#/d' -e '/^[[:space:]]*$/d' -e 's/[[:space:]]*|.*//' data/fonts.txt | sort -u)
packages="$fonts scowl optipng"
if [ -z "${MAKE_WORDS:-}" ]; then
  packages="$packages g++ libstb-dev libcli11-dev libxtensor-dev"
fi
if ! command -v dpkg-query >/dev/null; then
  echo "make_data.sh: expected Debian 12; elsewhere, put the fonts where data/fonts.txt names them," >&2
  echo "  then run make_words by hand as data/README.md shows" >&2
  exit 1
fi
missing=
for package in $packages; do
  # The shell leaves ${Status} to dpkg-query.
  # shellcheck disable=SC2016
  case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    "install ok installed") ;;
    *) missing="$missing $package" ;;
  esac
done
if [ -n "$missing" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "make_data.sh: packages are missing, and only root can install them. Run as root, then try again:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
  apt-get update
  # A list of packages, to be split at blanks.
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
make_words=${MAKE_WORDS:-}
if [ -z "$make_words" ]; then
  echo "building make_words ..."
  # Fused multiply-adds (-march=native) round differently, and now and then a pixel comes out another shade.
  "${CXX:-g++}" -std=c++20 -O2 -ffp-contract=off -Iinclude -Iexamples examples/make_words.cpp -o "$folder/make_words"
  make_words=$folder/make_words
fi

mkdir -p "$out"
"$make_words" --fonts data/fonts.txt --words /usr/share/dict/scowl/english-words.10 \
  --words /usr/share/dict/scowl/english-words.20 --out "$out" --count 4870 --seed 1 --overwrite

echo "packing the images ..."
# Stays 8-bit grey: no reduction of bit depth (-nb), colour type (-nc) or palette (-np).
find "$out/words" -name '*.png' -print0 | xargs -0 -n 200 optipng -quiet -o2 -nb -nc -np -strip all
du -s --apparent-size "$out"
