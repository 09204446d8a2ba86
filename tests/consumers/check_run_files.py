#!/usr/bin/env python3
"""Reads a run's settings, lists, tables and log with Python's own readers.

    check_run_files.py RUN
"""
import csv
import pathlib
import re
import sys

import yaml

REFERENCE_KEYS = {"batch_size": int, "height": int, "learning_rate": float, "max_text_length": int, "model_path": str,
                  "train_epochs": int, "train_workers": int, "vocab": str, "width": int}
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - root - INFO - Epoch (\d+); loss: [\d.e+-]+; "
                      r"val_loss: [\d.e+-]+; val_CER: [\d.e+-]+; val_WER: [\d.e+-]+; lr: [\d.e+-]+")


def check(condition, message):
    if not condition:
        sys.exit(f"check_run_files.py: {message}")


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run = pathlib.Path(sys.argv[1])

    settings = yaml.safe_load((run / "configs.yaml").read_text(encoding="utf-8"))
    check(list(settings) == sorted(settings), "the keys of configs.yaml are not sorted")
    for key, kind in REFERENCE_KEYS.items():
        check(isinstance(settings.get(key), kind), f"configs.yaml: {key} is {settings.get(key)!r}, expected {kind}")

    longest, characters = 0, set()
    for name in ("train.csv", "val.csv"):
        header, *rows = rows_of(run / name)
        check(header == ["0", "1"], f"{name}: the header is {header}")
        check(rows and all(len(row) == 2 and pathlib.Path(row[0]).is_file() and row[1] for row in rows),
              f"{name}: a row is not an image's path with its text")
        longest = max(longest, *(len(row[1]) for row in rows))
        if name == "train.csv":
            characters = {character for row in rows for character in row[1]}
    check(settings["max_text_length"] == longest, f"max_text_length is not {longest}, that of the longest label")
    check("".join(sorted(characters)) == settings["vocab"], "vocab is not made of the characters of train.csv")

    header, *rows = rows_of(run / "metrics.csv")
    check(header[:3] == ["epoch", "step", "training_loss"], f"metrics.csv: the header is {header}")
    check([float(row[0]) for row in rows] == list(range(1, len(rows) + 1)), "metrics.csv: not a row per epoch")
    for row in rows:
        list(map(float, row))

    lines = (run / "logs.log").read_text(encoding="utf-8").splitlines()
    epochs = [int(LOG_LINE.fullmatch(line).group(1)) for line in lines if LOG_LINE.fullmatch(line)]
    check(epochs == list(range(len(rows))), f"logs.log: the epochs are {epochs} in {len(lines)} lines")
    print(f"configs.yaml has {len(settings)} settings, metrics.csv {len(rows)} epochs, the longest label is {longest}")


if __name__ == "__main__":
    main()
