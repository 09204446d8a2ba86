#!/usr/bin/env bash
# Checks what no compiler does: no file above 2 MiB (weights: 3 MB), no line of C++ above 120 characters, no tab, no space at a line end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

largest_file=$((2 * 1024 * 1024))
largest_weights=3000000
longest_line=120
if printf 'ä' | LC_ALL=C.UTF-8 grep -qx '.'; then
  export LC_ALL=C.UTF-8 # a line is counted in characters, not in bytes
fi

# What git tracks or would track; without git, everything outside the folders that .gitignore names.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  mapfile -d '' files < <(git ls-files -z --cached --others --exclude-standard)
else
  mapfile -d '' files < <(find . \( -path ./build -o -path ./runs -o -path ./.git \) -prune -o -type f -print0)
fi

faults=0
sources=()
for file in "${files[@]}"; do
  [[ -f "$file" ]] || continue # removed, not yet committed
  size=$(stat --format=%s "$file")
  allowed=$largest_file
  if [[ "$file" == data/models/*.safetensors ]]; then allowed=$largest_weights; fi
  if ((size > allowed)); then
    echo "$file: $size bytes, at most $allowed are allowed"
    faults=1
  fi
  if [[ "$file" == *.?pp ]]; then
    sources+=("$file")
  fi
done

# find_lines PATTERN FAULT: reports each line of the sources that has the pattern.
find_lines() {
  local found
  found=$(grep -nE "$1" "${sources[@]}" /dev/null | cut -c -100 || true)
  if [[ -n "$found" ]]; then
    awk -v fault="$2" '{ print fault ": " $0 }' <<<"$found"
    faults=1
  fi
}
if ((${#sources[@]} > 0)); then
  find_lines "^.{$((longest_line + 1)),}\$" "longer than $longest_line characters"
  find_lines $'\t' "tab"
  find_lines ' $' "space at the end"
fi

if ((faults != 0)); then
  echo "FAILED: check_files" >&2
  exit 1
fi
echo "PASSED: check_files, ${#files[@]} files, ${#sources[@]} of them C++"
