#!/usr/bin/env bash
# A run that is killed at random moments, again and again, ends with the bits of one that was left alone.
# usage: kill_test.sh PROGRAM_FOLDER DATA [KILLS [FOLDER [FORM]]]; both runs stay in FOLDER, as straight and killed.
set -uo pipefail

programs=$1
data=$2
kills=${3:-20}
kept=${4:-}
work=${kept:-$(mktemp -d)}
mkdir -p "$work"
[[ -n "$kept" ]] || trap 'rm -rf "$work"' EXIT
RANDOM=$((kills + 4711)) # the same moments every time, as far as a machine has them

# Two kinds of runs; FORM is small or reference.
form=${5:-small}
if [[ "$form" == reference ]]; then
  options=(--limit 48 --batch-size 8 --network reference --epochs 3 --keep 1 --schedule one-cycle --clip-norm 5
    --workers 2 --threads 2)
else
  options=(--limit 80 --batch-size 8 --network small --epochs 4 --save-every 2 --keep 2 --weight-average 0.9
    --warm-up-steps 5 --threads 1)
fi
options+=(--data "$data" --seed 5)
fail() {
  echo "FAILED: $1"
  tail -n 20 "$work/out" "$work/err" 2>/dev/null
  exit 1
}

begin=$(date +%s%N)
"$programs/train_iam" "${options[@]}" --out "$work/run" >"$work/out" 2>"$work/err" || fail "the run itself"
milliseconds=$((($(date +%s%N) - begin) / 1000000))
mv "$work/run" "$work/straight" # the other run has the same path, for that stands in its files

killed=0
resumed=0
attempts=0
while :; do
  ((++attempts > 20 * kills)) && fail "no end after $attempts attempts"
  if [[ -e "$work/run/last.safetensors" ]]; then
    command=("$programs/train_iam" --resume "$work/run")
    resumed=$((resumed + 1))
  else
    command=("$programs/train_iam" "${options[@]}" --out "$work/run") # killed before it had made anything
  fi
  "${command[@]}" >"$work/out" 2>"$work/err" &
  pid=$!
  if ((killed < kills)); then
    # Kills come soon enough that the run does not get to its end before all of them have come. On a machine that has
    # become slower they may all come before the first checkpoint: the second half of them waits for it.
    share=3
    if ((2 * killed >= kills)) && [[ ! -e "$work/run/last.safetensors" ]]; then
      while kill -0 "$pid" 2>/dev/null && [[ ! -e "$work/run/last.safetensors" ]]; do sleep 0.01; done
      share=12
    fi
    sleep "$(awk -v ms="$((RANDOM % (milliseconds / share + 1) + 1))" 'BEGIN { print ms / 1000 }')"
    kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
  fi
  status=0
  wait "$pid" 2>/dev/null || status=$?
  ((status == 137)) && continue
  ((status == 0)) || fail "attempt $attempts ended with $status"
  break
done
((resumed > 0)) || fail "no attempt was killed late enough to go on from"

mv "$work/run" "$work/killed"
for path in "$work"/straight/*.safetensors "$work"/straight/{model.onnx,train.csv,val.csv}; do
  file=$(basename "$path")
  cmp "$work/straight/$file" "$work/killed/$file" || fail "$file differs"
done
[[ -z "$(find "$work/killed" -name '*.part')" ]] || fail "unfinished files are left"
# Times apart, the tables are the same too.
for run in straight killed; do
  cut -d, -f1-8 "$work/$run/metrics.csv" >"$work/$run.metrics"
  cut -d ' ' -f 3- "$work/$run/logs.log" >"$work/$run.log" # without day and time
done
diff "$work/straight.metrics" "$work/killed.metrics" || fail "metrics.csv differs"
diff "$work/straight.log" "$work/killed.log" || fail "logs.log differs"
(($(wc -l <"$work/killed.metrics") >= 4)) || fail "metrics.csv has not a header and a row per epoch"
echo "PASSED: $form, killed $killed times, resumed $resumed times"
