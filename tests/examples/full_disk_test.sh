#!/usr/bin/env bash
# A disk that is full ends a run with one line and exit code 1; its last good checkpoint stays, and the run goes on from
# it when there is room again. usage: full_disk_test.sh PROGRAM_FOLDER DATA
set -uo pipefail

programs=$1
data=$2
work=$(mktemp -d)
mounted=""
cleanup() {
  [[ -z "$mounted" ]] || umount "$mounted"
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "FAILED: $1"
  sed 's/^/    /' "$work/out" "$work/err"
  exit 1
}

# fails_with_one_line WHERE FOLDER: what the last program said, and whether the checkpoint is still the good one.
fails_with_one_line() {
  ((status == 1)) || fail "$1: exit $status, expected 1"
  [[ $(wc -l <"$work/err") == 1 ]] || fail "$1: not one line on stderr"
  grep -qE 'train_iam: .*(could not be|File too large|No space left)' "$work/err" || fail "$1: does not say what failed"
  cmp "$work/good/last.safetensors" "$2/last.safetensors" || fail "$1: the last good checkpoint has changed"
  [[ -z "$(find "$2" -name '*.part')" ]] || fail "$1: an unfinished file is left"
}

"$programs/train_iam" --data "$data" --limit 60 --batch-size 8 --network small --epochs 1 --out "$work/run" \
  >"$work/out" 2>"$work/err" || fail "the run itself"
cp -r "$work/run" "$work/good"

# No file may be larger than so many KiB: from not even the first byte to all but the last checkpoint. What is written
# anew has to fail whatever it is: lists, tables, pictures, networks.
tried=0
for kib in 0 1 8 100 1600 3000; do
  status=0
  (
    trap '' XFSZ # so that a write fails, and the process does not die of it
    ulimit -f "$kib"
    exec "$programs/train_iam" --resume "$work/run" --epochs 2
  ) 2> >(cat >"$work/err") > >(cat >"$work/out") || status=$?
  sleep 0.2 # the two cats write on their own
  fails_with_one_line "files of at most $kib KiB" "$work/run"
  tried=$((tried + 1))
done
"$programs/train_iam" --resume "$work/run" --epochs 2 >"$work/out" 2>"$work/err" || fail "with room again"

# The same on a filesystem that is really full, where one can be mounted.
if mkdir "$work/small" && mount -t tmpfs -o size=16m tinyhtr-test "$work/small" 2>/dev/null; then
  mounted=$work/small
  mkdir "$work/small/run"
  cp -r "$work/good/." "$work/small/run/"
  head -c $((16 * 1024 * 1024)) /dev/zero >"$work/small/filler" 2>/dev/null
  status=0
  "$programs/train_iam" --resume "$work/small/run" --epochs 2 >"$work/out" 2>"$work/err" || status=$?
  fails_with_one_line "a full filesystem" "$work/small/run"
  rm "$work/small/filler"
  head -c $((7 * 1024 * 1024)) /dev/zero >"$work/small/filler" # room for some files, not for all
  status=0
  "$programs/train_iam" --resume "$work/small/run" --epochs 2 >"$work/out" 2>"$work/err" || status=$?
  fails_with_one_line "a filesystem that fills up" "$work/small/run"
  rm "$work/small/filler"
  "$programs/train_iam" --resume "$work/small/run" --epochs 2 >"$work/out" 2>"$work/err" || fail "with room again"
  tried=$((tried + 2))
else
  echo "SKIPPED: no filesystem can be mounted here"
fi
echo "PASSED: $tried full disks"
