#!/usr/bin/env bash
# Makes the Python environments of the consumer tests: tests/consumers/setup.sh FOLDER
#
# FOLDER/owners gets requirements.txt. FOLDER/tensorflow gets requirements-tensorflow.txt; where that does not install
# (TensorFlow is not there for every Python), a line says so, and run.sh leaves its part out. What is there already, for
# the same requirements, stays.
set -euo pipefail

if (($# != 1)); then
  echo "usage: tests/consumers/setup.sh FOLDER" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)

# environment NAME REQUIREMENTS: makes it; fails where a package does not install.
environment() {
  local target=$folder/$1 requirements=$here/$2
  if cmp -s "$requirements" "$target/installed.txt"; then
    return 0
  fi
  rm -rf "$target"
  echo "tests/consumers/setup.sh: installing $2 into $target"
  python3 -m venv "$target" || return 1
  "$target/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" || return 1
  cp "$requirements" "$target/installed.txt"
}

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  echo "tests/consumers/setup.sh: python3 cannot make virtual environments; on Debian, install python3-venv" >&2
  exit 1
fi
environment owners requirements.txt
if ! environment tensorflow requirements-tensorflow.txt; then
  rm -rf "$folder/tensorflow"
  echo "SKIPPED: TensorFlow and tf2onnx do not install here; a file of Keras is not made anew"
fi
