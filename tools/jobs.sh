#!/usr/bin/env bash
# Prints how many compilers may run at once: one for each processor, and 2 GiB of free memory for each.
set -euo pipefail

jobs=$(nproc)
free_kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null || true)
if [[ -n "$free_kib" ]]; then
  by_memory=$((free_kib / (2 * 1024 * 1024)))
  if ((by_memory < jobs)); then
    jobs=$by_memory
  fi
fi
echo $((jobs > 1 ? jobs : 1))
