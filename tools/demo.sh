#!/usr/bin/env bash
# Trains a small network on the words in data/, measures it, and reads some images with it: under five minutes.
set -euo pipefail

# --- parameters -------------------------------------------------------------------------------------------------------
network=small
epochs=8
batch_size=8
learning_rate=0.003
clip_norm=5
seed=1
threads=$(nproc)
limit=""      # words to use, to train and to validate; empty: all
images=8      # words of the validation list to read at the end
data=data
train_list=data/splits/train_words.txt
validation_list=data/splits/validation_words.txt
run=runs/demo # removed and written anew
preset=release

usage() {
  cat <<TEXT
Trains on the words in $data/, measures the error rates and reads some images; installs missing Debian packages first.

usage: tools/demo.sh [--epochs N] [--limit N] [--threads N]

  --epochs N   times through the training words (default $epochs)
  --limit N    use only N words, to train and to validate (default: all)
  --threads N  threads to train with (default: all, $threads)
  --help       this text

What it learns is in $run afterwards, which is removed at the start of the next demo.
TEXT
}

while (($# > 0)); do
  case "$1" in
    --epochs | --limit | --threads)
      if (($# < 2)) || ! [[ "$2" =~ ^[1-9][0-9]*$ ]]; then
        echo "tools/demo.sh: $1 needs a number from 1 on, found '${2:-}'" >&2
        exit 2
      fi
      case "$1" in
        --epochs) epochs=$2 ;;
        --limit) limit=$2 ;;
        --threads) threads=$2 ;;
      esac
      shift 2
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      echo "tools/demo.sh: unknown argument '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/verdict.sh
source tools/verdict.sh "demo"

tools/setup.sh

step="build"
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" --parallel "$(tools/jobs.sh)" --target train_iam evaluate read_words
programs=build/$preset/examples

echo
echo "--- training: $epochs epochs, $threads threads"
step="training"
rm -rf "$run"
"$programs/train_iam" --data "$data" --train-list "$train_list" --validation-list "$validation_list" --out "$run" \
  --network "$network" --epochs "$epochs" --batch-size "$batch_size" --learning-rate "$learning_rate" \
  --schedule one-cycle --clip-norm "$clip_norm" --no-augment --seed "$seed" --threads "$threads" ${limit:+--limit "$limit"}

echo
echo "--- error rates on the validation words"
step="evaluation"
measured=$("$programs/evaluate" --model "$run/best.safetensors" --data "$data" --list "$validation_list")
echo "$measured"
cer=$(awk '$1 == "cer_micro" { print $2 }' <<<"$measured")
if [[ -z "$cer" ]]; then
  echo "tools/demo.sh: evaluate printed no cer_micro" >&2
  exit 1
fi

echo
echo "--- what it reads: image, text, confidence"
step="reading"
# Words spread evenly over the validation list; the word a01-000u-00-00 is in words/a01/a01-000u/a01-000u-00-00.png.
mapfile -t paths < <(
  grep -v '^#' "$validation_list" | awk -v images="$images" -v data="$data" '
    NF { id[count++] = $1 }
    END {
      for (i = 0; i < images && i < count; ++i) {
        word = id[int(i * count / (images < count ? images : count))]
        split(word, part, "-")
        print data "/words/" part[1] "/" part[1] "-" part[2] "/" word ".png"
      }
    }'
)
"$programs/read_words" --model "$run/best.safetensors" "${paths[@]}"

echo
echo "the model is in $run; open $run/report.html in a browser"
subject="demo, character error rate $cer"
