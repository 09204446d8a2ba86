#!/usr/bin/env bash
# Lets the programs that own the formats read what tinyhtr writes, and tinyhtr read what they write:
#
#     tests/consumers/run.sh BUILD DATA WORK
#
# BUILD  build folder in which the target `consumers` was built
# DATA   words in IAM's layout to train a few steps on
# WORK   folder for everything that is made; the environments of setup.sh, in WORK/python, stay for the next time
set -euo pipefail

if (($# != 3)); then
  echo "usage: tests/consumers/run.sh BUILD DATA WORK" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
data=$(cd "$2" && pwd)
mkdir -p "$3"
work=$(cd "$3" && pwd)
consumers=$build/tests/consumers

passed=0
skipped=0
# check NAME COMMAND...: one check; what it prints stands below its name.
check() {
  echo "--- $1"
  shift
  if ! "$@"; then
    echo "FAILED: $*" >&2
    exit 1
  fi
  passed=$((passed + 1))
}

"$here/setup.sh" "$work/python"
python=$work/python/owners/bin/python
tensorflow=$work/python/tensorflow/bin/python

# --- ONNX: every kind of network, with batch norm and folded
rm -rf "$work/onnx"
check "onnx_consumer writes networks of all kinds" "$consumers/onnx_consumer" export "$work/onnx"
for folder in "$work"/onnx/*/; do
  for model in model folded; do
    check "onnx and onnxruntime: $(basename "$folder"), $model" \
      "$python" "$here/check_onnx.py" "$folder$model.onnx" "${folder}images.npy" "${folder}softmax.npy"
    check "tinyhtr reads it back" \
      "$consumers/onnx_consumer" softmax "$folder$model.onnx" "${folder}images.npy" "${folder}$model.npy"
    check "and computes the same" "$python" "$here/check_onnx.py" compare "${folder}$model.npy" "${folder}softmax.npy"
  done
done

# --- ONNX: Keras by way of tf2onnx
if [[ -x "$tensorflow" ]]; then
  rm -rf "$work/keras"
  check "Keras and tf2onnx write the reference network" \
    "$tensorflow" "$here/../references/make_tf2onnx_fixture.py" --reference "$work/keras"
  check "tinyhtr reads it, with the vocabulary of configs.yaml" \
    "$consumers/onnx_consumer" softmax "$work/keras/model.onnx" "$work/keras/images.npy" "$work/keras/ours.npy"
  check "and computes what Keras computes" \
    "$python" "$here/check_onnx.py" compare "$work/keras/ours.npy" "$work/keras/softmax.npy"
else
  echo "SKIPPED: a file of Keras made anew, for tensorflow-cpu and tf2onnx are not installed; tests/references/onnx has one"
  skipped=$((skipped + 1))
fi

# --- a run: its checkpoints, its model.onnx
rm -rf "$work/run"
check "train_iam writes a run" \
  "$build/examples/train_iam" --data "$data" --out "$work/run" --epochs 1 --limit 64 --batch-size 8 --network small
for checkpoint in best last; do
  check "safetensors reads $checkpoint.safetensors" \
    "$python" "$here/check_safetensors.py" "$work/run/$checkpoint.safetensors"
done
check "tinyhtr reads the best checkpoint" "$consumers/onnx_consumer" softmax "$work/run/best.safetensors" \
  "$work/onnx/small/images.npy" "$work/run/softmax.npy"
check "onnx and onnxruntime: model.onnx of the run computes the same" "$python" "$here/check_onnx.py" \
  "$work/run/model.onnx" "$work/onnx/small/images.npy" "$work/run/softmax.npy"

check "Python reads configs.yaml, train.csv, val.csv, metrics.csv, logs.log" \
  "$python" "$here/check_run_files.py" "$work/run"
check "Python's HTML parser reads report.html" \
  "$python" "$here/check_report.py" "$work/run/report.html" "$work/run/metrics.csv"
check "evaluate reads model.onnx, and writes a report" "$build/examples/evaluate" --model "$work/run/model.onnx" \
  --list "$work/run/val.csv" --report "$work/run/evaluation.html"
check "Python's HTML parser reads that too" "$python" "$here/check_report.py" "$work/run/evaluation.html"

# --- a run that is killed and resumed looks in TensorBoard as one that was left alone
rm -rf "$work/kills"
check "a run is killed and resumed" "$here/../examples/kill_test.sh" "$build/examples" "$data" 8 "$work/kills"
check "TensorBoard reads it as one that was left alone" \
  "$python" "$here/check_killed_run.py" "$work/kills/straight" "$work/kills/killed"

# --- TensorBoard
if [[ -f "$here/check_tensorboard.py" ]]; then
  rm -rf "$work/tensorboard"
  mkdir -p "$work/tensorboard"
  check "tensorboard_consumer writes event files" \
    "$consumers/tensorboard_consumer" "$work/tensorboard/logs" "$work/tensorboard/expected.json"
  check "TensorBoard reads them" \
    "$python" "$here/check_tensorboard.py" "$work/tensorboard/logs" "$work/tensorboard/expected.json"
fi

echo "$passed passed, 0 failed, $skipped skipped"
