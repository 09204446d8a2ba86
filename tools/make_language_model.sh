#!/bin/sh
# Makes data/language/ anew: text out of Debian packages, the character model, the list of words.
#
#   tools/make_language_model.sh             makes data/language/ again; on Debian 12 with the same bytes
#   tools/make_language_model.sh FOLDER      makes it in FOLDER instead, for comparing: diff -r data/language FOLDER
#
# The packages are downloaded and unpacked, not installed. LANGUAGE_MODEL=program uses a language_model that is built
# already, CXX=compiler another compiler than g++, PACKAGES=folder unpacks the .deb files there instead of downloading,
# HELD_OUT=1 measures the recipe on text that it has not seen, too.
set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/data/language}
case $out in /*) ;; *) out=$PWD/$out ;; esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
debs=${PACKAGES:-}
if [ -z "$debs" ]; then
  debs=$folder/debs
  mkdir "$debs"
  (cd "$debs" && apt-get download r-cran-janeaustenr r-cran-tidytext r-cran-tokenizers wordnet-base scowl)
fi
for package in r-cran-janeaustenr r-cran-tidytext r-cran-tokenizers wordnet-base scowl; do
  dpkg -x "$debs/$package"_*.deb "$folder/unpacked"
done
"$root/tools/language_text.py" "$folder/unpacked" "$folder/text"

program=${LANGUAGE_MODEL:-}
if [ -z "$program" ]; then
  echo "building language_model ..."
  # Fused multiply-adds (-march=native) round differently, and now and then a level comes out as its neighbour.
  "${CXX:-g++}" -std=c++20 -O2 -ffp-contract=off -I"$root/include" -I"$root/examples" \
    "$root/examples/language_model.cpp" -o "$folder/language_model" -lpthread
  program=$folder/language_model
fi

# Words that many know (SCOWL's sizes up to 50 of 95), British and American, names and contractions; no possessives.
mkdir -p "$out"
cd "$folder/unpacked/usr/share/dict/scowl"
for size in 10 20 35 40 50; do
  for list in english-words british-words american-words english-upper british-upper english-proper-names \
    english-contractions; do
    if [ -f "$list.$size" ]; then cat "$list.$size"; fi
  done
done | grep -v -e "[^a-zA-Z'-]" -e "'s\$" | sort -u >"$out/words.txt"

"$program" train "$folder"/text/*.txt --list "$out/words.txt" --order 8 --pruning 1e-7 --out "$out/english.htrlm"

if [ -n "${HELD_OUT:-}" ]; then
  # How well it does on what it has not seen: every twentieth stretch of 200 lines stays out.
  mkdir "$folder/seen" "$folder/unseen"
  for text in austen moby_dick novels wordnet; do
    awk 'int(NR / 200) % 20 != 7' "$folder/text/$text.txt" >"$folder/seen/$text.txt"
    awk 'int(NR / 200) % 20 == 7' "$folder/text/$text.txt" >"$folder/unseen/$text.txt"
  done
  "$program" train "$folder"/seen/*.txt --list "$out/words.txt" --order 8 --pruning 1e-7 --out "$folder/seen.htrlm"
  for text in austen moby_dick novels wordnet; do
    echo "$text, one stretch of 200 lines in twenty, held out:"
    "$program" perplexity "$folder/seen.htrlm" "$folder/unseen/$text.txt"
  done
fi
