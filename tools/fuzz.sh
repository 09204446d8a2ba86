#!/usr/bin/env bash
# Throws damaged files at every parser: tools/fuzz.sh [--seconds N] [TARGET...]
set -euo pipefail

usage() {
  cat <<'TEXT'
Builds the fuzz targets with clang++ 14, then runs each for a while, from the corpus in tests/fuzz/corpus.

usage: tools/fuzz.sh [--seconds N] [TARGET...]

  --seconds N  for each target, default 60
  TARGET       for example onnx_fuzz; default: all, see tests/fuzz/*_fuzz.cpp
  --help       this text

An input that crashes a parser, hangs it, or makes it take memory that the input does not justify is kept in
build/fuzz/found/TARGET; run the target with its path to see it again.
TEXT
}

seconds=60
targets=()
while (($# > 0)); do
  case "$1" in
    --seconds)
      if (($# < 2)) || [[ ! "$2" =~ ^[1-9][0-9]*$ ]]; then
        echo "tools/fuzz.sh: --seconds needs a whole number of seconds" >&2
        exit 2
      fi
      seconds=$2
      shift 2
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *_fuzz)
      targets+=("$1")
      shift
      ;;
    *)
      echo "tools/fuzz.sh: unknown argument '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/verdict.sh
source tools/verdict.sh "fuzz, $seconds s per target"
tools/setup.sh clang-14 libclang-rt-14-dev

if ((${#targets[@]} == 0)); then
  for file in tests/fuzz/*_fuzz.cpp; do
    targets+=("$(basename "$file" .cpp)")
  done
fi

step="configure"
cmake --preset fuzz
step="build"
jobs=$(tools/jobs.sh)
cmake --build --preset fuzz --parallel "$jobs" --target "${targets[@]}"

# fuzz TARGET: from the corpus in the tree; what it finds new stays in the build folder.
fuzz() {
  local target=$1 new=build/fuzz/corpus/$1 found=build/fuzz/found/$1 log=build/fuzz/$1.log
  local corpus=tests/fuzz/corpus/${1%_fuzz}
  mkdir -p "$new" "$found"
  # A mebibyte is more than any of these formats needs for a small network: no file justifies 512 MiB here.
  if "build/fuzz/tests/fuzz/$target" "$new" "$corpus" -max_total_time="$seconds" -max_len=65536 -timeout=10 \
    -malloc_limit_mb=512 -rss_limit_mb=3072 -print_final_stats=1 -artifact_prefix="$found/" >"$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing found"
  else
    tail -n 60 "$log"
    echo "$target: FOUND an input that breaks it, in $found" >&2
    return 1
  fi
}

step="fuzzing"
failed=0
running=0
for target in "${targets[@]}"; do
  if ((running == jobs)); then
    wait -n || failed=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while ((running > 0)); do
  wait -n || failed=1
  running=$((running - 1))
done
((failed == 0))
