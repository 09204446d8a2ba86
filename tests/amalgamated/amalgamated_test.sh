#!/usr/bin/env bash
# One header out of many does the same: amalgamated_test.sh TRAIN_SOME_WORDS DATA COMPILER FLAGS... -- LIBRARIES...
#
# TRAIN_SOME_WORDS was compiled of the separate headers. Here it is compiled again, in a folder outside of the project
# that holds one header, and has to print the same bits. So do two parts that meet in one program.
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$tests/../.." && pwd)
twin=$(realpath "$1")
data=$(realpath "$2")
compile=("$3")
shift 3
while [[ "$1" != -- ]]; do
  compile+=("$1")
  shift
done
libraries=("${@:2}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$tests"/*.cpp "$work"
cd "$work"

"$project/tools/amalgamate" --out tinyhtr/tinyhtr.hpp
printf '#include "tinyhtr/tinyhtr.hpp"\n#include "tinyhtr/tinyhtr.hpp"\n' >alone.cpp
"${compile[@]}" -I. -fsyntax-only alone.cpp
echo "alone: compiles"

"${compile[@]}" -I. train_some_words.cpp -o train_some_words "${libraries[@]}"
"$twin" "$data" >of_separate_headers
./train_some_words "$data" >of_one_header
grep -q '^step 3: loss 0x' of_one_header
grep -q '^CER micro 0x' of_one_header
diff of_separate_headers of_one_header
echo "train_some_words: the same $(wc -l <of_one_header) lines"

for part in arithmetic backward; do
  "$project/tools/amalgamate" --header "tinyhtr/autograd/$part.hpp" --out "$part.hpp"
done
"${compile[@]}" -I. gradient.cpp -o gradient "${libraries[@]}"
[[ $(./gradient) == "25 30" ]]
echo "gradient: $(./gradient)"
