# shellcheck shell=bash
# The last line of a script, PASSED or FAILED with the time it took, however the script ends.
#
# usage: source tools/verdict.sh SUBJECT; the script then sets `step` to where it is, and may say more in `subject`.
subject=$1
step="set-up"
start=$SECONDS
verdict() {
  local status=$? time_taken="$(((SECONDS - start) / 60)) min $(((SECONDS - start) % 60)) s"
  if ((status == 0)); then
    echo "PASSED: $subject, in $time_taken"
  else
    echo "FAILED: $subject, at: $step, after $time_taken" >&2
  fi
}
trap verdict EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
