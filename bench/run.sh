#!/usr/bin/env bash
# Builds the benchmark programs, runs them one after the other, prints their tables: bench/run.sh FOLDER [OPTIONS]
set -euo pipefail

usage() {
  cat <<'TEXT'
Builds the benchmark programs, runs them on one thread, writes JSON and tables.

usage: bench/run.sh FOLDER [--onednn] [--rooms "ROOM ..."] [--filter REGEX] [--repetitions N] [--min-time SECONDS]
                    [--build FOLDER]

  FOLDER              where <room>.json and tables.md are written
  --onednn            with rows of oneDNN (Debian package libdnnl-dev)
  --rooms "ROOM ..."  only these programs, for example "kernels optim"; all of them by default
  --filter REGEX      only rows whose name matches, for example "^conv2d/.*/float/"
  --repetitions N     of every row, in random order; the median counts (default 5)
  --min-time SECONDS  that a row runs at least in each repetition (default 0.02)
  --build FOLDER      where the programs are built, with the release preset (default build/bench)
  --help              this text
TEXT
}

folder="" onednn=OFF rooms="" filter="." repetitions=5 min_time=0.02 build=""
while (($# > 0)); do
  case "$1" in
    --onednn) onednn=ON ;;
    --rooms | --filter | --repetitions | --min-time | --build)
      if (($# < 2)); then
        echo "bench/run.sh: $1 needs a value" >&2
        exit 2
      fi
      case "$1" in
        --rooms) rooms=$2 ;;
        --filter) filter=$2 ;;
        --repetitions) repetitions=$2 ;;
        --min-time) min_time=$2 ;;
        --build) build=$2 ;;
      esac
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    -*)
      echo "bench/run.sh: unknown option '$1'" >&2
      usage >&2
      exit 2
      ;;
    *)
      if [[ -n "$folder" ]]; then
        echo "bench/run.sh: one folder, please; found '$folder' and '$1'" >&2
        exit 2
      fi
      folder=$1
      ;;
  esac
  shift
done
if [[ -z "$folder" ]]; then
  echo "bench/run.sh: expected the folder for the results" >&2
  usage >&2
  exit 2
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
build=$(realpath -m "${build:-$(dirname "${BASH_SOURCE[0]}")/../build/bench}")

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ -z "$rooms" ]]; then
  for file in bench/*/*_bench.cpp; do
    room=$(basename "$(dirname "$file")")
    if [[ " $rooms " != *" $room "* && "$room" != template ]]; then rooms+="${rooms:+ }$room"; fi
  done
fi
targets=()
for room in $rooms; do
  if ! compgen -G "bench/$room/*_bench.cpp" >/dev/null; then
    echo "bench/run.sh: the room '$room' has no benchmarks" >&2
    exit 2
  fi
  targets+=("bench_$room")
done

if [[ "$onednn" == ON ]]; then tools/setup.sh libdnnl-dev; else tools/setup.sh; fi
cmake --preset release -B "$build" -DTINYHTR_BENCH_ONEDNN=$onednn -DTINYHTR_BUILD_TESTS=OFF \
  -DTINYHTR_BUILD_EXAMPLES=OFF
cmake --build "$build" --parallel "$(tools/jobs.sh)" --target "${targets[@]}"

files=()
for room in $rooms; do
  echo "bench/run.sh: $room"
  rm -f "$folder/$room.json"
  "$build/bench/bench_$room" --benchmark_filter="$filter" --benchmark_repetitions="$repetitions" \
    --benchmark_min_time="$min_time" --benchmark_enable_random_interleaving=true \
    --benchmark_report_aggregates_only=true --benchmark_out="$folder/$room.json" --benchmark_out_format=json
  if [[ -s "$folder/$room.json" ]]; then files+=("$folder/$room.json"); fi
done
if ((${#files[@]} == 0)); then
  echo "bench/run.sh: no row matches '$filter'" >&2
  exit 1
fi
bench/tables.py "${files[@]}" >"$folder/tables.md"
echo "bench/run.sh: the tables are in $folder/tables.md"
