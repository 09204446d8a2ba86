#!/usr/bin/env bash
# Measures tinyhtr against PyTorch, TensorFlow and OpenCV in one run: bench/compare.sh [--help]
set -euo pipefail

usage() {
  cat <<'TEXT'
Measures tinyhtr against PyTorch, TensorFlow and OpenCV for Python, alternating in one run, and writes
results.json, results.md (tables) and results.svg (a chart). Takes about five minutes.

usage: bench/compare.sh [OPTIONS]

  --output DIR          where the results go (default: build/compare)
  --data DIR            words to augment and train on, in IAM's layout (default: data)
  --torch-python PATH   a Python interpreter that has another PyTorch; may be given more than once. Debian's
                        (package python3-torch) comes first where it is installed
  --tensorflow DIR      a virtual environment with TensorFlow; made there, with tensorflow-cpu from the Python
                        package index (1.6 GB), where it does not exist
  --rounds N            rounds over all measurements (default: 7)
  --minutes N           after so many, no further round begins, if there were three (default: 5)
  --no-peers            tinyhtr alone
  --quick               two rounds of a few runs, to see that everything works; its figures mean nothing
  --programs DIR        the folder with tinyhtr_worker and data_path, instead of building them
  --help                this text

A peer that is not installed is left out, and the run says what would install it.
TEXT
}

# fail MESSAGE: a wrong command line.
fail() {
  echo "bench/compare.sh: $1 (see bench/compare.sh --help)" >&2
  exit 2
}

caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# absolute PATH: as the caller meant it. The part before a last name that is a link stays as it is: a virtual
# environment is known by it.
absolute() { if [[ "$1" == /* ]]; then echo "$1"; else echo "$caller/$1"; fi; }

output=build/compare data=data programs="" tensorflow="" rounds=7 minutes=5 peers=1 quick=0
torch_pythons=()
command="bench/compare.sh"
while (($# > 0)); do
  case "$1" in
    --output | --data | --torch-python | --tensorflow | --rounds | --minutes | --programs)
      (($# >= 2)) || fail "$1 needs a value"
      case "$1" in
        --output) output=$(absolute "$2") ;;
        --data) data=$(absolute "$2") ;;
        --torch-python) torch_pythons+=("$(if [[ "$2" == */* ]]; then absolute "$2"; else echo "$2"; fi)") ;;
        --tensorflow) tensorflow=$(absolute "$2") ;;
        --rounds) rounds=$2 ;;
        --minutes) minutes=$2 ;;
        --programs) programs=$(absolute "$2") ;;
      esac
      case "$1" in # the command as it stands beside the results: without the folders of this machine
        --rounds | --minutes) command+=" $1 $2" ;;
        --data) command+=" $1 $(basename "$2")" ;;
        --torch-python) command+=" $1 PATH" ;;
        --tensorflow) command+=" $1 DIR" ;;
      esac
      shift 2
      ;;
    --no-peers | --quick)
      if [[ "$1" == --quick ]]; then quick=1; else peers=0; fi
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
[[ "$rounds" =~ ^[1-9][0-9]{0,3}$ ]] || fail "--rounds is '$rounds', expected a number from 1 to 9999"
[[ "$minutes" =~ ^[1-9][0-9]{0,3}$ ]] || fail "--minutes is '$minutes', expected a number from 1 to 9999"
[[ -r "$data/words.txt" ]] || fail "$data/words.txt cannot be read; expected a folder of words in IAM's layout"
if ! command -v python3 >/dev/null; then
  echo "bench/compare.sh: python3 is missing: install the package python3" >&2
  exit 1
fi

if [[ -z "$programs" ]]; then
  tools/setup.sh >&2
  cmake --preset release >/dev/null
  cmake --build --preset release --parallel "$(tools/jobs.sh)" --target tinyhtr_worker data_path >&2
  programs=build/release/bench/compare
fi
for program in tinyhtr_worker data_path; do
  if [[ ! -x "$programs/$program" ]]; then
    echo "bench/compare.sh: $programs/$program is missing; leave out --programs to have it built" >&2
    exit 1
  fi
done

arguments=(--programs "$programs" --data "$data" --output "$output")
arguments+=(--rounds "$rounds" --minutes "$minutes" --command "$command")
arguments+=(--revision "$(git describe --always --dirty 2>/dev/null || true)")
# What our programs choose for OpenBLAS is what all peers get.
arguments+=(--blas-core "$("$programs/tinyhtr_worker" --blas-core)")
if ((quick)); then arguments+=(--quick); fi

if ((peers)); then
  debian_python=/usr/bin/python3
  [[ -x "$debian_python" ]] || debian_python=python3
  if "$debian_python" -c "import torch" 2>/dev/null; then
    torch_pythons=("$debian_python" ${torch_pythons[@]:+"${torch_pythons[@]}"})
  elif ((${#torch_pythons[@]} == 0)); then
    echo "PyTorch is left out: install the Debian package python3-torch, or name a Python with --torch-python" >&2
  fi
  for python in ${torch_pythons[@]:+"${torch_pythons[@]}"}; do arguments+=(--torch "$python"); done
  if "$debian_python" -c "import cv2, numpy" 2>/dev/null; then
    arguments+=(--opencv "$debian_python")
  else
    echo "OpenCV is left out: install the Debian package python3-opencv" >&2
  fi
  if [[ -n "$tensorflow" ]]; then
    if [[ ! -e "$tensorflow" ]]; then
      echo "TensorFlow: making $tensorflow, which takes some minutes" >&2
      python3 -m venv "$tensorflow" && "$tensorflow/bin/pip" install --quiet tensorflow-cpu >&2 ||
        echo "TensorFlow: tensorflow-cpu could not be installed; is python3-venv there, and a network?" >&2
    fi
    arguments+=(--tensorflow "$tensorflow/bin/python")
  else
    echo "TensorFlow is left out: --tensorflow DIR puts it into a virtual environment" >&2
  fi
fi

export PYTHONDONTWRITEBYTECODE=1
exec python3 bench/compare/compare.py "${arguments[@]}"
