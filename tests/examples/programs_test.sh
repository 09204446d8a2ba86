#!/usr/bin/env bash
# The programs as a user runs them: on data/, on wrong input, interrupted. usage: programs_test.sh PROGRAM_FOLDER DATA
set -uo pipefail

programs=$1
data=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
checks=0

fail() {
  echo "FAILED: $1"
  sed 's/^/    /' "$work/out" "$work/err"
  failures=$((failures + 1))
}

# run EXPECTED_EXIT PROGRAM ARGUMENT...: keeps what it prints in $work/out and $work/err.
run() {
  local expected=$1 status=0
  shift
  last="$*"
  "$programs/$1" "${@:2}" >"$work/out" 2>"$work/err" </dev/null || status=$?
  checks=$((checks + 1))
  ((status == expected)) || fail "$last: exit $status, expected $expected"
}

# prints PATTERN: what the last program wrote to stdout holds a line that matches.
prints() {
  checks=$((checks + 1))
  grep -qE -- "$1" "$work/out" || fail "$last: stdout has no line like '$1'"
}

# complains PATTERN: the last program said why it stopped in one line on stderr.
complains() {
  checks=$((checks + 1))
  { [[ $(wc -l <"$work/err") == 1 ]] && grep -qE -- "$1" "$work/err"; } || fail "$last: stderr is not one line like '$1'"
}

# refuses PATTERN ARGUMENT...: the program exits with 1 and says why in one line on stderr.
refuses() {
  run 1 "${@:2}"
  complains "$1"
}

recipes=$(dirname "$0")/../../examples/configs
image=$(find "$data/words" -name '*.png' | sort | head -n 1)

# --- language_model
printf 'The cat saw the other cat, and then the dog.\n' >"$work/text.txt"
run 0 language_model train "$work/text.txt" --order 3 --out "$work/cat.htrlm"
prints 'order 3, .* from 12 words, 10 different ones'
run 0 language_model perplexity "$work/cat.htrlm" "$work/text.txt"
prints '^12 words of 35 characters; 0 characters are none'
prints '^  a word +[0-9.]+ bits, perplexity [0-9.]+$'
run 0 language_model sample "$work/cat.htrlm" --count 3
run 0 language_model perplexity "$data/language/english.htrlm" "$work/text.txt"
refuses 'expected a language model' language_model perplexity "$work/text.txt" "$work/text.txt"
refuses 'expected words to count, found none' language_model train --out "$work/none.htrlm"
refuses 'expected a text file, found nothing' language_model train "$work/nothing" --out "$work/none.htrlm"

# --- check_data
run 0 check_data --data "$data"
prints '4870'
run 0 check_data --data "$data" --verbose
prints 'marked err'
refuses 'no such folder or file; expected' check_data --data "$work/nothing"
mkdir "$work/empty"
refuses 'found none of these' check_data --data "$work/empty"
refuses 'is it a list of images with texts' check_data --data "$data/splits/train_words.txt"

# --- augmentation_sheet
run 0 augmentation_sheet "$image" "$image" --out "$work/sheet.png" --columns 2 --each
prints '^80 pictures in '
cp "$work/sheet.png" "$work/first.png"
run 0 augmentation_sheet "$image" "$image" --out "$work/sheet.png" --columns 2 --each
cmp -s "$work/sheet.png" "$work/first.png" || fail 'augmentation_sheet: the same seed gave another sheet'
run 0 augmentation_sheet "$image" --out "$work/sheet.png" --columns 2 --height 24 --magnify 1
refuses 'nothing.png' augmentation_sheet "$work/nothing.png" --out "$work/sheet.png"
run 2 augmentation_sheet "$image"
complains '--out is required'

# --- data sets that are not IAM's words: texts beside images, lists, lines
mkdir -p "$work/beside/b" "$work/lines/lines/a01/a01-000u"
n=0
for file in $(find "$data/words" -name '*.png' | sort | head -n 12); do
  n=$((n + 1))
  cp "$file" "$work/beside/b/word$n.png"
  echo "text $n" >"$work/beside/b/word$n.gt.txt"
  printf 'beside/b/word%d.png\ttext %d\n' $n $n >>"$work/list.tsv"
done
cp "$image" "$work/beside/alone.png"
echo text >"$work/beside/lost.gt.txt"
run 0 check_data --data "$work/beside" --verbose
for line in 'images with .gt.txt' 'rows +14$' 'images without text +1$' 'missing images +1$' '^  images +12$' \
  'beside: alone.png: image without text: expected alone.gt.txt' 'beside: lost.gt.txt: missing image'; do prints "$line"; done
printf 'none.png\tx\nbeside/b/word1.png\ttwice\nbeside/b/word2.png\nbeside/alone.png\t\xff\n' >>"$work/list.tsv"
run 0 check_data --data "$work/list.tsv" --verbose
for line in 'tab-separated list' 'rows +16$' 'malformed rows +2$' 'duplicate ids +1$' 'missing images +1$' '^  images +12$' \
  'list.tsv:15: malformed row: .*no tab'; do prints "$line"; done
{
  printf '0,1\r\n'
  for n in $(seq 12); do printf 'beside/b/word%d.png,"text, ""%d"""\r\n' $n $n; done
} >"$work/list.csv"
run 0 check_data --data "$work/list.csv"
for line in 'CSV list' '^  images +12$' 'longest label +10  text, "10"'; do prints "$line"; done
printf '"beside/b/word1.png,x\n' >>"$work/list.csv"
refuses 'list.csv:14: the quote that opens here is not closed' check_data --data "$work/list.csv"
sed -i '$d' "$work/list.csv"
cp "$image" "$work/lines/lines/a01/a01-000u/a01-000u-00.png"
echo 'a01-000u-00 err 154 19 408 746 1661 89 A|MOVE|to' >"$work/lines/lines.txt"
run 0 check_data --data "$work/lines"
for line in 'IAM lines' 'err +1  used' 'lines +1$' 'forms +1$' 'longest label +9  A MOVE to'; do prints "$line"; done

# --- train_iam: one epoch and one more equal two, to the byte
small=(--data "$data" --limit 60 --batch-size 8 --seed 5)
run 0 train_iam "${small[@]}" --epochs 2 --out "$work/two"
prints 'epoch 2/2  loss [0-9.]+ .*CER micro [0-9.]+, CER macro [0-9.]+, WER [0-9.]+'
prints 'read as'
run 0 train_iam "${small[@]}" --epochs 1 --out "$work/one" --threads 1
refuses 'is there already, and not empty' train_iam "${small[@]}" --epochs 1 --out "$work/one"
run 0 train_iam --resume "$work/one" --epochs 2
prints 'resumed'
checks=$((checks + 1))
cmp "$work/one/last.safetensors" "$work/two/last.safetensors" || fail "one epoch and a resume differ from two epochs"
refuses 'batch-size differs' train_iam --resume "$work/one" --batch-size 4
refuses 'is there already, and not empty' train_iam --resume "$work/one" --out "$work/two" --epochs 3
run 0 train_iam --resume "$work/one" --out "$work/other" --epochs 3
run 0 evaluate --model "$work/other/best.safetensors" --data "$data" --list "$data/splits/validation_words.txt"

# --- the files of a run: its lists are read back, its settings make the same run again
for file in configs.yaml train.csv val.csv logs.log metrics.csv best.safetensors last.safetensors model.onnx report.html; do
  checks=$((checks + 1))
  [[ -s "$work/two/$file" ]] || fail "train_iam: no $file"
done
for part in train validation; do
  checks=$((checks + 1))
  compgen -G "$work/two/logs/$part/events.out.tfevents.*" >/dev/null || fail "train_iam: no events of $part"
done
run 0 train_iam --train-list "$work/two/train.csv" --validation-list "$work/two/val.csv" --batch-size 8 --seed 5 --epochs 1 --out "$work/lists"
prints 'split        54 to train, 6 to validate'
run 0 train_iam --config "$work/two/configs.yaml" --out "$work/config"
checks=$((checks + 1))
cmp "$work/config/last.safetensors" "$work/two/last.safetensors" || fail "a run from another's configs.yaml is another run"
run 0 train_iam --config "$work/two/configs.yaml" --epochs 1 --keep 1 --weight-average 0.9 --schedule cosine --warm-up-steps 3 --out "$work/over"
checks=$((checks + 1))
[[ -s "$work/over/epoch_0001.safetensors" ]] || fail "train_iam --keep: no network of the epoch"
echo kept >"$work/over/notes.txt"
refuses 'is there already, and not empty' train_iam --config "$work/two/configs.yaml" --out "$work/over"
run 0 train_iam --config "$work/two/configs.yaml" --epochs 1 --out "$work/over" --overwrite
checks=$((checks + 1))
[[ ! -e "$work/over/epoch_0001.safetensors" && $(<"$work/over/notes.txt") == kept ]] || fail "$last: not the files of the run alone were replaced"
echo 'batchsize: 3' >"$work/wrong.yaml"
refuses "wrong.yaml:1: unknown key 'batchsize'; the nearest known one is 'batch_size'" train_iam --config "$work/wrong.yaml" --out "$work/x"
echo 'batch_size: many' >"$work/wrong.yaml"
refuses "wrong.yaml:1: batch_size: expected a whole number from 1 to 4096, found 'many'" train_iam --config "$work/wrong.yaml" --out "$work/x"
refuses 'missing.yaml' train_iam --config "$work/missing.yaml" --out "$work/x"
echo 'vocab: abc' >"$work/vocab.yaml"
refuses "vocab lacks the characters" train_iam "${small[@]}" --config "$work/vocab.yaml" --out "$work/x"
run 0 train_iam "${small[@]}" --max-text-length 3 --epochs 1 --out "$work/short"
prints 'left out     [0-9]+ words of more than 3 characters'

# --- a split by writers; the writers that both parts share
prints 'writers      [0-9]+ in training, [0-9]+ in validation, [0-9]+ shared'
run 0 train_iam "${small[@]}" --split-by writers --network small --epochs 1 --out "$work/writers"
prints 'by writers, seed 5'
prints 'writers      [0-9]+ in training, [0-9]+ in validation, 0 shared$'
prints '^CER micro +[0-9.]+  95%: [0-9.]+ to [0-9.]+ by words'
checks=$((checks + 1))
grep -q '"shared": 0' "$work/writers/summary.json" || fail "$last: no shared writers in summary.json"
refuses 'the lists say which words validate' train_iam --data "$data" --split-by writers --train-list "$data/splits/train_words.txt" --validation-list "$data/splits/validation_words.txt" --out "$work/x"
mkdir "$work/no_forms"
ln -s "$data/words.txt" "$data/words" "$work/no_forms/"
refuses 'split_by writers needs .*/no_forms/forms.txt' train_iam --data "$work/no_forms" --split-by writers --out "$work/x"
run 0 evaluate --model "$work/writers/best.safetensors" --list "$work/writers/val.csv" --writers "$data/forms.txt" --json "$work/figures.json"
for line in '^words_trained_on 0$' '^writers_trained_on 0$' '^words_of_writers_trained_on 0$'; do prints "$line"; done
checks=$((checks + 1))
{ grep -q '"decoder": "best path"' "$work/figures.json" && ! grep -q "$work" "$work/figures.json"; } || fail "$last: the JSON is not as expected"
refuses 'could not be' evaluate --model "$work/writers/best.safetensors" --data "$data" --json /proc/figures.json

# --- the small network, on a cycle whose length stays
run 0 train_iam "${small[@]}" --network small --schedule one-cycle --clip-norm 5 --epochs 2 --out "$work/cycle"
refuses 'epochs differs' train_iam --resume "$work/cycle" --epochs 3

# --- evaluate: what the file of a model says of the writers of the list that it was validated on
run 0 train_iam --data "$data" --train-list "$data/splits/train_words.txt" \
  --validation-list "$data/splits/validation_words.txt" --limit 60 --batch-size 8 --epochs 1 --out "$work/listed"
cp "$work/listed/best.safetensors" "$work/alone.safetensors"
run 0 evaluate --model "$work/alone.safetensors" --data "$data" --list "$data/splits/validation_words.txt" --json "$work/alone.json"
prints '^writers_trained_on [0-9]+$'
grep -q '"shared_words"' "$work/alone.json" || fail 'evaluate: no shared writers in its JSON'
run 0 evaluate --model "$work/alone.safetensors" --data "$data" --list "$data/splits/validation_forms.txt"
if grep -q '^writers_trained_on' "$work/out"; then fail 'evaluate: writers of a list that the model says nothing of'; fi

# --- train_iam by a recipe: words of any width, padded, in buckets; one epoch and one more equal two, to the byte
recipe=(train_iam --config "$recipes/small.yaml" --data "$data" --limit 60 --augment-without 'blur,noise')
run 0 "${recipe[@]}" --epochs 2 --schedule constant --out "$work/recipe_two"
prints 'T = width / 4'
grep -qx 'height: 40' "$work/recipe_two/configs.yaml" || fail 'train_iam --config: the height of the recipe is not in configs.yaml'
grep -q 'augment_without: .*blur,noise' "$work/recipe_two/configs.yaml" || fail 'train_iam: no augment_without in configs.yaml'
run 0 "${recipe[@]}" --epochs 1 --schedule constant --out "$work/recipe_one"
run 0 train_iam --resume "$work/recipe_one" --epochs 2
cmp -s "$work/recipe_one/last.safetensors" "$work/recipe_two/last.safetensors" || fail 'a resumed recipe gave another network'
refuses "augment_without: expected affine, grid_warp, .*, found 'blurr'" train_iam --config "$recipes/small.yaml" --data "$data" \
  --limit 60 --augment-without blur,blurr --out "$work/x"
refuses 'augment_without is given, but network is reference' "${recipe[@]}" --network reference --width 128 --out "$work/x"
refuses 'scan is rows, but the second head reads column maxima' "${recipe[@]}" --scan rows --width 128 --out "$work/x"
run 0 "${recipe[@]}" --epochs 1 --scan rows --width 128 --stretch --second-head-weight 0 --deslant --height 32 --out "$work/rows"
run 0 read_words --model "$work/cycle/best.safetensors" "$image"
run 0 show_readings --model "$work/cycle/best.safetensors" --data "$data" --out "$work/readings.svg" --words 7 --columns 3
prints 'readings.svg: 7 words, [0-7] read without an error'
checks=$((checks + 1))
[[ $(grep -c '<image ' "$work/readings.svg") == 7 ]] || fail "show_readings: not one image a word"
run 0 show_readings --model "$work/cycle/best.safetensors" --list "$work/list.csv" --out "$work/readings.svg"
prints 'readings.svg: 12 words'
refuses 'data is needed' show_readings --model "$work/cycle/best.safetensors" --out "$work/readings.svg"
refuses 'nothing' show_readings --model "$work/nothing" --data "$data" --out "$work/readings.svg"
refuses 'could not be created' show_readings --model x --data x --out "$work/none/readings.svg"
refuses '(could not be|Permission)' train_iam "${small[@]}" --out /proc/tinyhtr
refuses 'no such (file|folder)' train_iam --data "$work/nothing" --out "$work/x"
refuses 'data is needed' train_iam --out "$work/x"
run 2 train_iam --data "$data" --out "$work/x" --batch-size 0
refuses 'train_list is given without validation_list' train_iam --data "$data" --out "$work/x" --train-list "$data/splits/train_words.txt"
refuses 'missing.txt' train_iam --data "$data" --out "$work/x" --train-list "$work/missing.txt" --validation-list "$work/missing.txt"
refuses 'share' train_iam --data "$data" --out "$work/x" --train-list "$data/splits/train_words.txt" --validation-list "$data/splits/train_words.txt"

# --- train_iam from a trained network: what is taken, what is frozen, a resume without the file
cp "$work/two/best.safetensors" "$work/initial.safetensors"
tune=(train_iam "${small[@]}" --initial-model "$work/initial.safetensors" --freeze 'blocks.*,lstm.*' --keep-statistics)
run 0 "${tune[@]}" --epochs 2 --out "$work/tuned"
prints '^initial      .*initial.safetensors \(checkpoint\): network and preprocessing are its own; characters [0-9]+$'
prints '^network      [0-9]+ parameters \([0-9]+ trained\), T = 64'
run 0 "${tune[@]}" --epochs 1 --out "$work/tuned_one"
refuses "freeze: no parameter of the network matches 'lstn.\*'; the nearest are lstm\." train_iam "${small[@]}" --initial-model "$work/initial.safetensors" --freeze 'lstn.*' --out "$work/x"
refuses 'leaves no parameter to train' train_iam "${small[@]}" --freeze '*' --out "$work/x"
refuses 'height is 48, but the network of initial_model has 32' "${tune[@]}" --height 48 --out "$work/x"
refuses 'network is small, but the network of initial_model is another one \(.*blocks.* differ\)' "${tune[@]}" --network small --out "$work/x"
refuses 'network is initial without initial_model' train_iam "${small[@]}" --network initial --out "$work/x"
refuses 'keep_statistics is given without initial_model' train_iam "${small[@]}" --keep-statistics --out "$work/x"
refuses 'nothing.safetensors: expected a checkpoint' train_iam "${small[@]}" --initial-model "$work/nothing.safetensors" --out "$work/x"
rm "$work/initial.safetensors"
refuses 'freeze differs' train_iam --resume "$work/tuned_one" --epochs 2 --freeze 'blocks.*'
run 0 train_iam --resume "$work/tuned_one" --epochs 2
checks=$((checks + 1))
cmp "$work/tuned_one/last.safetensors" "$work/tuned/last.safetensors" || fail "fine-tuning, resumed, differs from two epochs"
run 0 train_iam --train-list "$work/list.csv" --validation-list "$work/two/val.csv" --network reference --width 128 --epochs 1 \
  --initial-model "$work/two/best.safetensors" --out "$work/more"
prints 'characters [0-9]+, new: .*"'

# --- adapt: a file that read_words takes, new characters, error rates before and after, each writer
head -n 40 "$data/splits/validation_words.txt" >"$work/known.txt"
sed -n 41,80p "$data/splits/validation_words.txt" >"$work/others.txt"
run 0 adapt --model "$work/two/best.safetensors" --data "$data" --list "$work/known.txt" --test-list "$work/others.txt" \
  --passes 2 --out "$work/adapted.safetensors" --json "$work/adapted.json"
prints '^adapted      on [0-9]+ words: 2 passes, [0-9]+ steps'
prints '^before       CER micro [0-9.]+, CER macro [0-9.]+, WER [0-9.]+$'
prints '^after        CER micro'
run 0 read_words --model "$work/adapted.safetensors" "$image"
run 0 adapt --model "$work/two/model.onnx" --list "$work/list.csv" --passes 1 --freeze 'blocks.*' --out "$work/adapted.safetensors"
prints '^new          characters that the network did not know: .*"'
prints '[0-9]+ of [0-9]+ parameters trained'
run 0 evaluate --model "$work/adapted.safetensors" --list "$work/list.csv"
run 0 adapt --model "$data/models/small.safetensors" --list "$work/list.csv" --passes 1 --out "$work/adapted.safetensors"
for key in writers temperature beam_temperature; do
  if head -c 8192 "$work/adapted.safetensors" | grep -aq "\"$key\""; then fail "adapt: the file still says '$key' of the network before"; fi
done
run 0 adapt --per-writer --model "$work/two/best.safetensors" --data "$data" --test-list "$work/others.txt" --words 4 --least-words 20 \
  --passes 1 --json "$work/writers.json"
prints '^by writers   mean CER micro [0-9.]+ to [0-9.]+ '
prints '^left out     [0-9]+ writer of fewer than 20 words: font002 '
checks=$((checks + 1))
grep -q '"by_writers"' "$work/writers.json" || fail "$last: no figures in the JSON file"
refuses 'share 40 samples' adapt --model "$work/two/best.safetensors" --data "$data" --list "$work/known.txt" --test-list "$work/known.txt" --out "$work/x"
refuses 'out is needed' adapt --model "$work/two/best.safetensors" --data "$data" --list "$work/known.txt"
refuses 'test-list is needed' adapt --per-writer --model "$work/two/best.safetensors" --data "$data"
refuses 'no writer of the list has enough words' adapt --per-writer --model "$work/two/best.safetensors" --data "$data" --test-list "$work/others.txt"

# --- Ctrl-C: the step is finished, saved, and gone on with
"$programs/train_iam" "${small[@]}" --epochs 500 --out "$work/stopped" >"$work/out" 2>"$work/err" </dev/null &
pid=$!
for _ in $(seq 600); do
  grep -q '^epoch 1/500' "$work/out" && break
  sleep 0.1
done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
last="train_iam, interrupted"
checks=$((checks + 1))
((status == 0)) || fail "$last: exit $status, expected 0"
prints 'interrupted .*go on with: .*train_iam --resume'
run 0 train_iam --resume "$work/stopped" --epochs 1

# --- evaluate
model="$work/two/best.safetensors"
run 0 evaluate --model "$model" --data "$data" --list "$data/splits/validation_words.txt" --predictions "$work/readings.csv"
for name in cer_micro cer_macro wer images_per_second; do prints "^$name [0-9.]+$"; done
prints '^words 481$'
checks=$((checks + 1))
{ [[ $(head -n 1 "$work/readings.csv") == path,label,reading,edits ]] && (($(wc -l <"$work/readings.csv") >= 482)); } || fail "evaluate: the CSV is not as expected"
checks=$((checks + 1))
grep -q 'does not know\|do not know\|not know' "$work/err" || fail "evaluate: characters outside the vocabulary are not named"
refuses 'could not be' evaluate --model "$model" --data "$data" --predictions /proc/readings.csv

# --- evaluate: intervals, writers, what was trained on, the report
run 0 evaluate --model "$model" --data "$data" --list "$data/splits/validation_words.txt" --report "$work/report.html"
for name in cer_micro cer_macro wer; do
  for end in low high low_by_writers high_by_writers; do prints "^${name}_$end [0-9.]+$"; done
done
prints '^writers 21$'
prints '^trained_on random 0.900 of the words, seed 5, '
prints '^words_trained_on [0-9]+$'
checks=$((checks + 1))
{ grep -q '<h2>CER micro</h2>' "$work/report.html" && grep -q 'data:image/png;base64,' "$work/report.html" &&
  [[ $(tail -n 1 "$work/report.html") == '</html>' ]]; } || fail "$last: the report is not as expected"
cp "$work/report.html" "$work/first.html"
run 0 evaluate --model "$model" --list "$work/two/train.csv"
prints '^words_trained_on 54$'
run 0 evaluate --model "$work/two/model.onnx" --list "$work/two/val.csv" --writers "$data/forms.txt"
prints '^writers [0-9]+$'
prints '^words_trained_on 0$'
printf 'a 1\nb\nc\n' >"$work/forms.txt"
refuses 'forms.txt: 2 of 3 rows are malformed' evaluate --model "$model" --list "$work/two/val.csv" --writers "$work/forms.txt"
refuses 'found nothing' evaluate --model "$model" --data "$data" --writers "$work/no_forms.txt"
refuses 'could not be' evaluate --model "$model" --data "$data" --report /proc/report.html
refuses 'no such folder' evaluate --model "$model" --data "$work/nothing" --report "$work/report.html"
checks=$((checks + 1))
cmp "$work/report.html" "$work/first.html" || fail "$last: the old report is gone"

# --- read_words
run 0 read_words --model "$model" "$image" "$image"
prints "^$image"$'\t'".*"$'\t'"[01]\.[0-9]+$"
run 1 read_words --model "$model" "$work/missing.png" "$image"
prints "^$image"
checks=$((checks + 1))
grep -q 'missing.png' "$work/err" || fail "read_words: the missing image is not named"

# --- read_words: folders, lists, forms of output; neither batches nor threads change a bit
reader=(read_words --model "$model")
run 0 "${reader[@]}" "$data/words/font001" "$image" --json
cp "$work/out" "$work/readings.jsonl"
checks=$((checks + 1))
[[ $(wc -l <"$work/out") == $(($(find "$data/words/font001" -name '*.png' | wc -l) + 1)) ]] || fail "$last: not one line an image"
(cd "$data" && find words/font001 -name '*.png' | LC_ALL=C sort) | sed "s|^|$data/|" >"$work/paths.txt"
echo "$image" >>"$work/paths.txt"
for options in '--batch-size 40 --threads 1' '--batch-size 8 --threads 3'; do
  read -ra words <<<"$options"
  run 0 "${reader[@]}" --json "${words[@]}" --list "$work/paths.txt"
  checks=$((checks + 1))
  cmp "$work/readings.jsonl" "$work/out" || fail "$last: batches, threads or the list changed the readings"
done
prints '^\{"path":".*\.png","text":".*","confidence":[01]\.[0-9]+(e-[0-9]+)?\}$'
checks=$((checks + 1))
last="${reader[*]} --json -"
"$programs/read_words" --model "$model" --json - <"$work/paths.txt" >"$work/out" 2>"$work/err"
cmp "$work/readings.jsonl" "$work/out" || fail "$last: standard input changed the readings"
run 0 "${reader[@]}" "$work/beside"
checks=$((checks + 1))
{ [[ $(wc -l <"$work/out") == 13 ]] && grep -q ': 13 files in folders' "$work/err"; } || fail "$last: 13 images and 13 other files"
for list in list.csv list.tsv; do
  run $([[ $list == list.csv ]] && echo 0 || echo 1) "${reader[@]}" --csv --list "$work/$list"
  prints '^path,text,confidence,error$'
  prints '^beside/b/word7.png,.*,[01]\.[0-9]{6},$'
done
prints '^none.png,,,"none.png: expected an image file, found nothing"$'
checks=$((checks + 1))
grep -q '2 of 16 images could not be read' "$work/err" || fail "$last: failed images are not counted"
printf 'broken' >"$work/broken.png"
run 1 "${reader[@]}" --json "$work/broken.png" "$image" "$work/empty"
prints '^\{"path":".*broken.png","error":".*broken.png: expected a PNG.*"\}$'
prints '^\{"path":".*","text":'
prints '"error":".*empty: there is no image in this folder"'
checks=$((checks + 1))
[[ $(wc -l <"$work/err") == 3 ]] || fail "$last: not one line for each failure and one for their number"
refuses 'the list is empty' "${reader[@]}" -
refuses 'named twice' "${reader[@]}" - -
refuses 'nothing.txt' "${reader[@]}" --list "$work/nothing.txt"
run 0 read_words --model "$work/two/model.onnx" "$image"
prints "^$image"$'\t'".*"$'\t'"[01]\.[0-9]+$"
run 2 "${reader[@]}"
run 2 "${reader[@]}" --json --csv "$image"
run 2 "${reader[@]}" --batch-size 0 "$image"
rm "$work/broken.png"

# --- evaluate: what it is not given a folder for stays as it was
echo old >"$work/kept.csv"
refuses 'no such folder' evaluate --model "$model" --data "$work/nothing" --predictions "$work/kept.csv"
checks=$((checks + 1))
[[ $(<"$work/kept.csv") == old ]] || fail "$last: the old file is gone"
refuses 'found a folder' evaluate --model "$model" --data "$data" --predictions "$work"
mkfifo "$work/pipe"
refuses 'found a folder or device' evaluate --model "$model" --data "$data" --predictions "$work/pipe"

# --- evaluate: broken images are counted where they are listed; labels without a loss
mkdir -p "$work/words/words/a01/a01-000"
for n in 1 2 3; do
  cp "$image" "$work/words/words/a01/a01-000/a01-000-00-0$n.png"
  echo "a01-000-00-0$n ok 154 1 1 1 1 UNK €"
done >"$work/words/words.txt"
echo broken >"$work/words/words/a01/a01-000/a01-000-00-02.png"
echo broken >"$work/words/words/a01/a01-000/a01-000-00-03.png"
printf '%s\n' a01-000-00-01 a01-000-00-02 >"$work/two.txt"
run 0 evaluate --model "$model" --data "$work/words" --list "$work/two.txt"
for line in 'words 1' 'loss none' 'labels_with_loss 0'; do prints "^$line$"; done
checks=$((checks + 1))
grep -q 'not used: 1 broken image$' "$work/err" || fail "$last: the broken image is not counted"
echo a01-000-00-03 >"$work/three.txt"
run 1 evaluate --model "$model" --data "$work/words" --list "$work/three.txt"
checks=$((checks + 1))
grep -q 'no word is left.*a01-000-00-03' "$work/err" || fail "$last: it does not say what is broken"

# --- numbers are decimal
run 2 evaluate --model "$model" --data "$data" --batch-size 010

# --- make_words leaves a folder alone that it has not written
refuses 'was not written by make_words' make_words --fonts "$data/fonts.txt" --out "$work/words" --overwrite
refuses 'exists already' make_words --fonts "$data/fonts.txt" --out "$work/words"
checks=$((checks + 1))
[[ $(wc -l <"$work/words/words.txt") == 3 ]] || fail "make_words: words.txt was changed"

# --- what is no checkpoint
head -c 1000 "$model" >"$work/cut.safetensors"
refuses 'cut.safetensors' read_words --model "$work/cut.safetensors" "$image"
refuses 'expected a checkpoint of train_iam or an ONNX file' evaluate --model "$image" --data "$data"
refuses 'missing' read_words --model "$work/missing.safetensors" "$image"
mkdir "$work/broken"
cp "$work/cut.safetensors" "$work/broken/last.safetensors"
refuses 'last.safetensors' train_iam --resume "$work/broken"

# --- make_words: equal seeds give equal bytes. Its font is one that tools/setup.sh installs.
grep '^fonts-rufscript ' "$data/fonts.txt" >"$work/fonts.txt"
sed 's|/usr/share|/missing|' "$work/fonts.txt" >"$work/missing_fonts.txt"
printf '%s\n' ink pen hand paper letter writing sentence >"$work/english.txt"
run 2 make_words --out "$work/x" --count 0
complains 'count: expected a whole number'
refuses 'fonts that are not there: /missing' make_words --fonts "$work/missing_fonts.txt" --out "$work/x"
refuses 'font list cannot be opened' make_words --fonts "$work/missing.txt" --out "$work/x"
font=$(cut -d '|' -f 2 "$work/fonts.txt" | tr -d ' ')
if [[ -f "$font" ]]; then
  refuses 'word list cannot be opened' make_words --fonts "$work/fonts.txt" --words "$work/missing.txt" --out "$work/x"
  draw=(make_words --fonts "$work/fonts.txt" --words "$work/english.txt" --count 30)
  run 0 "${draw[@]}" --seed 7 --out "$work/seven"
  prints '^30 words'
  run 0 check_data --data "$work/seven"
  run 0 "${draw[@]}" --seed 7 --out "$work/again"
  checks=$((checks + 1))
  diff -r "$work/seven" "$work/again" || fail "make_words: a seed gave other files the second time"
  refuses 'exists already' "${draw[@]}" --seed 8 --out "$work/again"
  checks=$((checks + 1))
  diff -r "$work/seven" "$work/again" || fail "make_words: a refused folder was changed"
  run 0 "${draw[@]}" --seed 8 --out "$work/again" --overwrite
  for part in words.txt words; do
    checks=$((checks + 1))
    diff -rq "$work/seven/$part" "$work/again/$part" >/dev/null && fail "make_words: another seed gave the same $part"
  done
  run 0 "${draw[@]}" --seed 7 --out "$work/again" --overwrite
  checks=$((checks + 1))
  diff -r "$work/seven" "$work/again" || fail "make_words: --overwrite left something of what was there"
else
  echo "SKIPPED: drawing with make_words, for $font is not there (Debian package fonts-rufscript)"
fi

# --- the loop of the README
run 0 step_through
prints '^loss 89\.8[67]'
run 0 train_loop "$data" 40 1
prints '^epoch 1  loss [0-9.]+  CER micro [0-9.]+'

run 0 custom_callback "$data" 40 1
prints '^epoch 1  largest gradient [0-9.]+  worst reading'

# --- the network that comes with tinyhtr: reading, beam search, confidences, places of characters
run 0 read_words "$image"
prints "^$image	[^	]+	[01]\.[0-9]{4}\$"
run 0 read_words --decoder beam --lexicon english "$image"
run 0 read_words "$data/words/font001/font001-000/font001-000-01-01.png"  # as the README shows it
prints '	steered	0\.[0-9]+$'
run 0 read_words --decoder beam "$data/words/font001/font001-000/font001-000-01-01.png"
prints '	steered	0\.9[0-9]+$'
run 0 read_words --decoder beam "$data/words/font001/font001-000/font001-000-00-04.png"
prints '	informed	0\.9[0-9]+$'
TINYHTR_MODEL="$work/nothing" refuses 'nothing' read_words "$image"
run 0 read_words --decoder beam --n-best 3 --json "$image"
prints '"n_best":\[\{"text":"[^"]*","score":-?[0-9.e-]+,"confidence":[0-9.e-]+\},\{.*\},\{.*\}\]'
refuses 'n-best needs --decoder beam' read_words --n-best 3 "$image"
# Where both decoders read the same, the confidence by a beam search is that search's own.
run 0 read_words --decoder beam "$image"
cp "$work/out" "$work/by_beam.txt"
run 0 read_words --confidence beam "$image"
cmp -s "$work/out" "$work/by_beam.txt" || fail 'read_words: --confidence beam differs from the confidence of --decoder beam'
run 0 read_words --confidence network "$image"
cmp -s "$work/out" "$work/by_beam.txt" && fail 'read_words: --confidence network is that of a beam search'
refuses 'goes with --decoder best-path' read_words --decoder beam --confidence network "$image"
run 2 read_words --confidence none "$image"
run 0 read_words --decoder beam --escape-cost inf "$image"
run 2 read_words --decoder beam --escape-cost -1 "$image"
complains 'expected a number of 0 or more'
run 0 read_words --decoder beam --beam-width 4 --model-weight 0.3 --character-bonus 0.5 --lexicon english --outside-penalty 1 "$image"
grep -v '^#' "$data/splits/validation_words.txt" | head -n 150 >"$work/some.txt"
run 0 evaluate --decoder beam --model "$data/models/small.safetensors" --data "$data" --list "$work/some.txt"
prints '^decoder beam search, width 16, language model english, lexicon none$'
prints '^cer_micro_in_list [0-9.]+$'
prints '^words_without_letters [0-9]+$'
run 0 calibrate --model "$data/models/small.safetensors" --data "$data" --list "$work/some.txt" --out "$work/calibrated.safetensors"
prints '^temperature [0-9.]+$'
for line in '^split some.txt$' '^writers [0-9]+$' '^cer_macro_low_by_writers [0-9.]+$'; do prints "$line"; done
prints '^expected_calibration_error [0-9.]+$'
run 0 read_words --model "$work/calibrated.safetensors" "$image"
run 0 calibrate --decoder beam --model "$work/calibrated.safetensors" --data "$data" --list "$work/some.txt" \
  --out "$work/calibrated.safetensors" --json "$work/calibrated.json"
prints '^decoder beam search, width 16'
prints '^places_of_characters_fitted 1$'
grep -q '"command": "calibrate --decoder beam' "$work/calibrated.json" || fail 'calibrate: no command in its JSON'
grep -q '"cer_micro_at_90"' "$work/calibrated.json" || fail 'calibrate: figures are missing in its JSON'
run 0 read_words --decoder beam --model "$work/calibrated.safetensors" "$image"
run 0 calibrate --confidence beam --model "$work/calibrated.safetensors" --data "$data" --list "$work/some.txt" \
  --out "$work/compared.safetensors"
prints '^decoder best path, confidence by beam search, width 16, language model english, lexicon none$'
fitted=$(sed -n 's/^temperature //p' "$work/out")
stored=$(head -c 4000 "$work/compared.safetensors" | grep -ao '"beam_temperature":"[^"]*"' | cut -d '"' -f 4)
awk -v a="$fitted" -v b="$stored" 'BEGIN { exit !(a > 0 && a - b < 6e-5 && b - a < 6e-5) }' ||
  fail "calibrate: the temperature of the beam is $stored, not $fitted"
run 0 align_words --data "$data" --list "$work/some.txt"
prints '^words_from_left_to_right [0-9]+$'
run 0 align_words --model "$work/calibrated.safetensors" --data "$data" --list "$work/some.txt" \
  --truth "$data/characters.txt" --csv "$work/aligned.csv" --pictures "$work/aligned" --most-pictures 2 \
  --json "$work/aligned.json"
prints '^centres_within_4_pixels [0-9.]+$'
words=$(awk '$1 == "words" { print $2 }' "$work/out")
prints "^words_from_left_to_right $words\$"
grep -q '"command": "align_words --model calibrated.safetensors' "$work/aligned.json" ||
  fail 'align_words: no command in its JSON'
for figure in words words_not_aligned words_from_left_to_right characters_with_known_place centres_within_4_pixels \
  median_distance; do
  grep -q "\"$figure\": [0-9.]" "$work/aligned.json" || fail "align_words: no $figure in its JSON"
done
[[ $(head -n 1 "$work/aligned.csv") == id,index,character,x_begin,x_end,confidence* ]] || fail 'align_words: the head of its CSV'

# --- explain_word: the page and its pictures, what read_words says, any model, texts that cannot be
run 0 read_words "$image"
reading=$(head -n 1 "$work/out")
run 0 explain_word "$image" --out "$work/explained"
checks=$((checks + 1))
[[ $(head -n 1 "$work/out") == "$reading" ]] || fail "explain_word: reads otherwise than read_words: $reading"
for file in index.html 01_original.png 03_features_blocks.7.png 04_sequence.png 05_gates_forward.png \
  05_gates_reverse.png 06_probabilities.png 07_lattice.png 08_saliency.png 09_confidence.png 10_block.svg \
  10_network.svg 10_network.dot; do
  checks=$((checks + 1))
  [[ -s "$work/explained/$file" ]] || fail "explain_word: no $file"
done
for part in image preprocessing features sequence gates probabilities collapse lattice alternatives saliency \
  confidence computation; do
  checks=$((checks + 1))
  [[ $(grep -c "<section id=\"$part\">" "$work/explained/index.html") == 1 ]] || fail "explain_word: no section $part"
done
checks=$((checks + 1))
! grep -qE '(src|href)="[^d#]' "$work/explained/index.html" || fail 'explain_word: its page asks for other files'
run 0 explain_word --model "$model" "$image" --text ea --layer blocks.0.conv1 --out "$work/explained/reference"
prints "	ea	0\.[0-9]{4}\$"
checks=$((checks + 2))
[[ -s "$work/explained/reference/03_features_blocks.0.conv1.png" ]] || fail 'explain_word: no maps of blocks.0.conv1'
grep -q 'this one does not' "$work/explained/reference/index.html" || fail 'explain_word: it does not say what is missing'
run 0 explain_word --model "$work/two/model.onnx" "$image" --out "$work/explained/onnx"
refuses 'missing.png: expected an image file, found nothing' explain_word "$work/missing.png" --out "$work/none"
TINYHTR_MODEL="$work/nothing" refuses 'nothing' explain_word "$image" --out "$work/none"
refuses 'does not fit: L = 400' explain_word "$image" --text "$(printf 'a%.0s' {1..400})" --out "$work/none"
refuses 'is not in the vocabulary' explain_word "$image" --text '中' --out "$work/none"
refuses 'expected maps' explain_word "$image" --layer lstm --out "$work/none"
refuses "no result of the layer 'blocks.99'" explain_word "$image" --layer blocks.99 --out "$work/none"
refuses 'folder could not be made' explain_word "$image" --out "$work/explained/index.html"
checks=$((checks + 1))
[[ ! -e "$work/none" ]] || fail 'explain_word: a folder was made for nothing'
run 2 explain_word "$image"
complains '--out is required'

# --- every program explains itself
for program in explain_word check_data train_iam adapt align_words calibrate evaluate read_words make_words language_model; do
  run 0 "$program" --help
  prints 'OPTIONS|Options'
done

echo "$((checks - failures)) passed, $failures failed"
((failures == 0))
