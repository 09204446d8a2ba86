#!/usr/bin/env bash
# Measures how long compilers take for all of tinyhtr and a program that trains with it: bench/compile_time.sh [--help]
set -euo pipefail

usage() {
  cat <<'TEXT'
Measures how long g++ and clang++ take to compile bench/compile_time/train_reference.cpp, which includes all of tinyhtr
and trains the reference network, and what of that is whose. Prints tables in Markdown.

usage: bench/compile_time.sh [OPTIONS]

  --repetitions N      of every compilation, all in turn; medians count (default 5)
  --compilers "C ..."  (default: g++ and clang++-14 or clang++, those that are installed)
  --flags "FLAG ..."   more flags for all compilations, for example "-march=native" or "-isystem FOLDER"
  --rooms              one more table: the rooms of the library, one after the other, included and not used
  --quick              one compilation at -O0 by the first compiler, to see that everything works
  --help               this text

Every file is compiled by "COMPILER -std=c++20 -O0 -I include -c", the program by -O3 as well: without debug information,
without warnings, for any processor of the architecture. Nothing has to be built before.
TEXT
}

# fail MESSAGE: a wrong command line.
fail() {
  echo "bench/compile_time.sh: $1 (see bench/compile_time.sh --help)" >&2
  exit 2
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
repetitions=5
arguments=()
command="bench/compile_time.sh"
while (($# > 0)); do
  case "$1" in
    --repetitions | --compilers | --flags)
      (($# >= 2)) || fail "$1 needs a value"
      if [[ "$1" == --repetitions ]]; then repetitions=$2; else arguments+=("$1=$2"); fi
      if [[ "$2" == *" "* ]]; then command+=" $1 \"$2\""; else command+=" $1 $2"; fi
      shift 2
      ;;
    --rooms | --quick)
      arguments+=("$1")
      command+=" $1"
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail "unknown argument '$1'" ;;
  esac
done
[[ "$repetitions" =~ ^[1-9][0-9]{0,2}$ ]] || fail "--repetitions is '$repetitions', expected a number from 1 to 999"
if ! command -v python3 >/dev/null; then
  echo "bench/compile_time.sh: python3 is missing: install the package python3" >&2
  exit 1
fi

export PYTHONDONTWRITEBYTECODE=1
exec python3 bench/compile_time/measure.py --repetitions "$repetitions" --command "$command" \
  ${arguments[@]:+"${arguments[@]}"}
