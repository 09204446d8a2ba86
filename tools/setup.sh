#!/usr/bin/env bash
# Installs the Debian packages that tinyhtr is built with, those that are missing: tools/setup.sh [MORE PACKAGES...]
#
# On another system, install their equivalents yourself and set TINYHTR_SKIP_SETUP=1.
set -euo pipefail

packages=(
  g++ cmake ninja-build                              # to build with
  libxtensor-dev libxtensor-blas-dev libopenblas-dev # the library stands on these,
  libstb-dev nlohmann-json3-dev                      # and these
  doctest-dev libcli11-dev libbenchmark-dev          # tests, programs, benchmarks
  libyaml-cpp-dev                                    # configs.yaml
  gdb                                                # tests of tools/gdb
  fonts-rufscript                                    # a font for the test of make_words
  "$@"
)

if [[ "${TINYHTR_SKIP_SETUP:-0}" == 1 ]]; then
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  if ! dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed$'; then
    missing+=("$package")
  fi
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

# give_up REASON: says what is missing, and what would install it.
give_up() {
  {
    echo "tools/setup.sh: these packages are missing, and $1:"
    printf '  %s\n' "${missing[@]}"
    echo "On Debian 12, install them with:"
    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
    echo "Elsewhere, install their equivalents and set TINYHTR_SKIP_SETUP=1."
  } >&2
  exit 1
}

command -v apt-get >/dev/null || give_up "there is no apt-get here"
as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
    give_up "this is neither root nor may it use sudo unasked"
  fi
  as_root=(sudo -n)
fi

echo "tools/setup.sh: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq || give_up "apt-get update failed"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends "${missing[@]}" || give_up "apt-get install failed"
