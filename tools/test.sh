#!/usr/bin/env bash
# Builds tinyhtr and runs its tests: tools/test.sh [--preset NAME] [--rooms "ROOM ..."] [--consumers] [--manual]
set -euo pipefail

usage() {
  cat <<'TEXT'
Builds tinyhtr and runs its tests; installs missing Debian packages first.

usage: tools/test.sh [--preset NAME] [--rooms "ROOM ..."]
       tools/test.sh --consumers
       tools/test.sh --manual

  --preset NAME       release (default), clang, debug, step, asan or tsan; see CMakePresets.json
  --rooms "ROOM ..."  only the tests of these rooms, for example "core data"; debugger: of tools/gdb and tools/lldb
  --consumers         instead: lets onnx, onnxruntime, TensorBoard, safetensors, Keras with tf2onnx read what we write, and
                      us what they write; installs them into Python environments below build/consumers
  --manual            instead: makes the manual, pages and headers as HTML with their formulas set, by Doxygen; a docstring
                      or link that it does not understand is an error
  --help              this text
TEXT
}

preset=release
rooms=""
consumers=0
manual=0
while (($# > 0)); do
  case "$1" in
    --preset | --rooms)
      if (($# < 2)); then
        echo "tools/test.sh: $1 needs a value" >&2
        exit 2
      fi
      if [[ "$1" == --preset ]]; then preset=$2; else rooms=$2; fi
      shift 2
      ;;
    --consumers)
      consumers=1
      shift
      ;;
    --manual)
      manual=1
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      echo "tools/test.sh: unknown argument '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/verdict.sh
source tools/verdict.sh "preset $preset${rooms:+, rooms $rooms}"

if ((consumers)); then
  subject="consumers, preset $preset"
  tools/setup.sh python3-venv
  step="configure"
  cmake --preset "$preset"
  step="build"
  cmake --build --preset "$preset" --parallel "$(tools/jobs.sh)" --target consumers
  step="checks"
  tests/consumers/run.sh "build/$preset" data build/consumers
  exit 0
fi

if ((manual)); then
  subject="manual"
  tools/setup.sh doxygen libjs-mathjax python3
  step="configure"
  cmake --preset "$preset"
  step="build"
  cmake --build --preset "$preset" --target docs
  exit 0
fi

if [[ "$preset" == clang ]]; then
  tools/setup.sh clang-14
  if [[ " $rooms " == *" debugger "* ]]; then tools/setup.sh lldb-14 python3-lldb-14; fi
else
  tools/setup.sh
fi

step="configure"
cmake --preset "$preset"

step="build"
jobs=$(tools/jobs.sh)
targets=()
labels=""
for room in $rooms; do
  if [[ "$room" == debugger ]]; then
    targets+=(walked_objects stepped_through stepped_fast)
    labels+="${labels:+|}debugger"
    continue
  fi
  if ! compgen -G "tests/$room/*_test.cpp" >/dev/null; then
    echo "tools/test.sh: the room '$room' has no tests" >&2
    exit 2
  fi
  targets+=("tests_$room")
  labels+="${labels:+|}$room"
done
cmake --build --preset "$preset" --parallel "$jobs" ${targets[@]:+--target "${targets[@]}"}

step="tests"
# The sanitizers of g++ 12 do not know the wide address randomisation of newer kernels: without it they run anywhere.
fixed_addresses=()
if [[ "$preset" == asan || "$preset" == tsan ]] && setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null; then
  fixed_addresses=(setarch "$(uname -m)" --addr-no-randomize)
fi
"${fixed_addresses[@]}" ctest --preset "$preset" --output-on-failure --no-tests=error --parallel "$jobs" \
  ${labels:+--label-regex "^($labels)\$"}
