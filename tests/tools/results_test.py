#!/usr/bin/env python3
"""Tests of tools/results.py. usage: results_test.py [PROGRAM_FOLDER DATA], which make a run to summarise too."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "tools" / "results.py"
PROGRAMS = []  # folder of the programs, data


def rate(value):
    return {"value": value, "low": value / 2, "high": value * 2, "low_by_writers": value / 4, "high_by_writers": value * 4}


def figures(cer):
    return {"words": 40, "characters": 200, "writers": 4, "edits": 20, "wrong_words": 10, "cer_micro": rate(cer),
            "cer_macro": rate(cer * 0.75), "wer": rate(cer * 2), "level": 0.95, "resamples": 1000}


class Results(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.work = Path(self.folder.name)
        self.results = self.work / "results"
        self.results.mkdir()
        self.page = self.work / "results.md"
        self.page.write_text((ROOT / "docs" / "results.md").read_text())

    def tearDown(self):
        self.folder.cleanup()

    def call(self, *arguments, fails=None):
        """What the script prints; `fails`: what its one line on stderr has to hold."""
        done = subprocess.run([sys.executable, str(SCRIPT), "--results", str(self.results), "--page", str(self.page),
                               *map(str, arguments)], capture_output=True, text=True, check=False)
        if fails is None:
            self.assertEqual(done.returncode, 0, done.stderr)
        else:
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(fails, done.stderr)
        return done.stdout

    def run_folder(self, name="first", cer=0.08, seed=1, lists="random", summary=True, later=()):
        run = self.work / name
        run.mkdir()
        train, validation = {"random": ("random_train", "random_val"), "forms": ("train_forms", "validation_forms")}[lists]
        (run / "configs.yaml").write_text(
            f'augment: true\nbatch_size: 32\ndata: "/somewhere/words"\nlearning_rate: 5e-4\nmodel_path: "/somewhere/{name}"\n'
            f"seed: {seed}\ntrain_list: '/somewhere/{train}.txt'\nvalidation_list: \"/somewhere/{validation}.txt\"\n"
            'vocab: "ab\\"c"\nwidth: 0\n')
        (run / "metrics.csv").write_text("epoch,cer_micro,cer_macro,training_seconds,validation_seconds\n"
                                         f"1,0.5,0.5,60,30\n2,{cer},{cer * 0.75},60,30\n3,0.2,0.2,60,60\n"
                                         + "".join(f"{epoch},0.2,0.2,60,60\n" for epoch in later))
        (run / "logs.log").write_text("".join(f"2026-01-01 00:00:00,000 - root - INFO - Epoch {e}; loss: 1\n"
                                              for e in range(3 + len(later))))
        if summary:
            (run / "summary.json").write_text(json.dumps({
                "format": 1, "kind": "training", "command": f"train_iam --data DATA --seed {seed}", "parameters": 1234567,
                "shared_writers": {"training": 9, "validation": 4, "shared": 3}, "best_epoch": 2, "figures": figures(cer),
                "peak_memory_mib": 99.5, "version": "0.1.0"}))
        return run

    def evaluation(self, **changes):
        path = self.work / "evaluation.json"
        path.write_text(json.dumps({"format": 1, "kind": "evaluation", "command": "evaluate --data DATA", "run": "first",
                                    "decoder": "best path", "parameters": 7, "shared_writers": None,
                                    "figures": figures(0.04), **changes}))
        return path

    def section(self, name):
        text = self.page.read_text()
        return text[text.index(f"<!-- results: {name} -->"):text.index(f"<!-- end of {name} -->")]

    def test_the_committed_page_is_what_the_committed_summaries_make(self):
        done = subprocess.run([sys.executable, str(SCRIPT), "page", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_without_summaries_the_page_says_so(self):
        self.call("page")
        self.assertIn("No run yet.", self.section("recipes"))
        self.assertIn("No run yet.", self.section("ablations"))
        self.assertIn("None yet.", self.section("commands"))
        self.call("page", "--check")

    def test_a_run_becomes_a_row_with_its_command_and_without_paths(self):
        self.call("add", self.run_folder(), "--name", "small", "--split", "random")
        summary = json.loads((self.results / "small.json").read_text())
        self.assertNotIn("somewhere", json.dumps(summary).replace("somewhere.txt", ""))
        self.assertEqual(summary["settings"]["train_list"], "random_train.txt")
        self.assertEqual(summary["settings"]["vocab_size"], 4)
        self.assertNotIn("vocab", summary["settings"])
        self.assertEqual((summary["epochs"], summary["best_epoch"], summary["minutes"]), (3, 2, 5.0))
        self.call("page", "--check", fails="run tools/results.py page")
        self.call("page")
        self.assertIn("| small | random_train / random_val | 1 | 8.00% | 4.00% to 16.00% | 2.00% to 32.00% | 6.00% | 16.00% "
                      "| 40 | 4 | 3 of 4 | 3 | 5 | 100 | 1,234,567 | [1] |", self.section("recipes"))
        self.assertIn("1. `train_iam --data DATA --seed 1`", self.section("commands"))
        self.assertIn("**this project, small**", self.section("published"))
        self.call("page", "--check")

    def test_seeds_are_put_together(self):
        for seed, cer in ((1, 0.08), (2, 0.06)):
            self.call("add", self.run_folder(f"run{seed}", cer, seed), "--name", f"small{seed}", "--recipe", "small",
                      "--split", "random")
        self.call("page")
        self.assertIn("| small | random_train / random_val | 1, 2 | 7.00% (6.00% to 8.00%) | 3.00% to 16.00% |",
                      self.section("recipes"))
        self.assertIn("| [1], [2] |", self.section("recipes"))

    def test_beside_the_figures_of_others_stand_the_longest_runs_of_a_recipe(self):
        self.call("add", self.run_folder("short", 0.09), "--name", "short", "--recipe", "small", "--split", "random")
        self.call("add", self.run_folder("long", 0.08, later=[4]), "--name", "long", "--recipe", "small", "--split", "random")
        self.call("page")
        self.assertEqual(self.section("recipes").count("| small |"), 2)
        self.assertEqual(self.section("published").count("**this project, small**"), 1)
        self.assertIn("4 epochs", self.section("published"))

    def test_an_ablation_is_the_difference_to_the_recipe_of_equal_length_and_seed(self):
        change = ("add", self.run_folder("changed", 0.1), "--name", "no_head", "--recipe", "small", "--split", "random",
                  "--ablation", "second head=off")
        self.call(*change)
        self.call("page", fails="no run of the recipe small itself on random, 3 epochs, seed 1")
        self.call("add", self.run_folder(), "--name", "small", "--split", "random")
        self.call("page")
        self.assertIn("| second head | off | small | random_train / random_val | 3 | 1 | +2.00 | +1.50 | +4.00 | 8.00% | 10.00% |",
                      self.section("ablations"))
        self.assertNotIn("10.00%", self.section("recipes"))
        self.call(*change[:-1], "head", "--overwrite", fails="expected WHAT=CHANGE")

    def test_an_evaluation_takes_the_place_of_the_runs_figures(self):
        run = self.run_folder(summary=False)
        add = ("add", run, "--name", "small", "--split", "random")
        self.call(*add, fails="summary.json: is missing; give --evaluation")
        self.call(*add, "--evaluation", self.evaluation(run="other"), fails="is of the run 'other'")
        self.call(*add, "--evaluation", self.evaluation(), fails="give --command")
        self.call(*add, "--evaluation", self.evaluation(), "--command", "train_iam --data /home/me/iam",
                  fails="holds an absolute path")
        self.call(*add, "--evaluation", self.evaluation(), "--command", "train_iam --data DATA")
        self.call("page")
        self.assertIn("| 4.00% | 2.00% to 8.00% |", self.section("recipes"))
        self.assertIn("| [1], [2] |", self.section("recipes"))

    def test_decoders_calibration_adapting_alignment(self):
        parts = {"in_list": {"words": 30, "cer_micro": 0.02, "wer": 0.1}, "out_of_list": {"words": 10, "cer_micro": 0.2, "wer": 0.4},
                 "without_letters": {"words": 5, "cer_micro": 0.1, "wer": 0.1}}
        self.call("add-figures", "decoder", self.evaluation(decoder="beam 16", **parts), "--name", "beam", "--title", "small",
                  "--split", "forms")
        other = self.work / "other.json"
        other.write_text(json.dumps({"words": 40, "temperature": 1.5, "ece_before": 0.07, "ece": 0.02, "cer_micro": 0.05,
                                     "cer_micro_at_90": 0.02, "risk_coverage": [
                                         {"coverage": 0.8, "cer_micro": 0.01, "wer": 0.1, "cer_micro_if_known": 0},
                                         {"coverage": 0.9, "cer_micro": 0.02, "wer": 0.1, "cer_micro_if_known": 0.015}]}))
        calibration = ("add-figures", "calibration", other, "--name", "calibrated", "--title", "small", "--split", "forms")
        self.call(*calibration, fails="give --command")
        self.call(*calibration, "--command", "calibrate --data DATA")
        other.write_text(json.dumps({"by_writers": {"writers": 9, "better": 8, "cer_micro_before": 0.1, "cer_micro_after": 0.075,
                                                    "change": -0.25}, "words_each": 50, "writers": [{"writer": "000"}]}))
        self.call("add-figures", "adapting", other, "--name", "adapted", "--title", "small", "--split", "forms", "--command", "adapt")
        self.assertNotIn("000", (self.results / "adapted.json").read_text())
        self.call("page")
        self.assertIn("| small | train_forms / validation_forms | beam 16 | 4.00% |", self.section("decoders"))
        self.assertIn("| 2.00% (30 words) | 20.00% (10 words) | 10.00% (5 words) | 40 |", self.section("decoders"))
        self.assertIn("| best path | 40 | 1.500 | 7.00% | 2.00% | 5.00% | - | 2.00% | 1.00% | - | 1.50% |",
                      self.section("calibration"))
        self.assertIn("| 50 | 9 | 8 | 0 | 10.00% | 7.50% | -25.0% | - | - | - | - | - | - | [3] |", self.section("adapting"))
        pair = {"before": {"words": 70, "cer_micro": 0.1, "cer_macro": 0.12, "wer": 0.3},
                "after": {"words": 70, "cer_micro": 0.08, "cer_macro": 0.1, "wer": 0.2}, "after_by_writers": [0.05, 0.11]}
        other.write_text(json.dumps({"by_writers": {"writers": 9, "better": 8, "cer_micro_before": 0.1, "cer_micro_after": 0.075,
                                                    "change": -0.25}, "words_each": 50, "left_out": [{"writer": "111"}] * 2,
                                     "by_words": pair}))
        self.call("add-figures", "adapting", other, "--name", "adapted", "--title", "small", "--split", "forms", "--command", "adapt",
                  "--overwrite")
        self.assertNotIn("111", (self.results / "adapted.json").read_text())
        alignment = {"words": 40, "words_not_aligned": 2, "words_from_left_to_right": 40, "characters_with_known_place": 160,
                     "centres_within_4_pixels": 0.975, "median_distance": 0.31}
        self.call("add", self.run_folder(), "--name", "small", "--split", "random", "--command", "train_iam")
        align = ("add-figures", "alignment", other, "--name", "aligned", "--title", "small", "--split", "data", "--command", "align")
        self.call(*align, fails="lacks 'words'")
        other.write_text(json.dumps(alignment))
        self.call(*align, "--run", "adapted", fails="expected the name of a run's summary")
        self.call(*align, "--run", "none", fails="cannot be read")
        self.call(*align, "--run", "small")
        self.call("page")
        self.assertIn("| 2 | 10.00% | 7.50% | -25.0% | 70 | 10.00% to 8.00% | 5.00% to 11.00% | 12.00% to 10.00% | 30.00% to 20.00% |",
                      self.section("adapting"))
        self.assertIn("| small | data | 40 | 2 | 40 | 160 | 97.50% | 0.31 | [5] on the run of [1] |", self.section("alignment"))
        other.write_text("{}")
        self.call(*calibration, "--command", "x", "--overwrite", fails="figures: lacks 'words'")

    def test_missing_pieces_of_a_run_are_named(self):
        add = ("--name", "small", "--split", "random")
        self.call("add", self.work / "none", *add, fails="no such folder")
        run = self.run_folder()
        self.call("add", run, "--name", "small", "--split", "forms", fails="found random_train.txt and random_val.txt")
        self.call("add", run, "--name", "small", "--split", "writers", fails="without lists; the run has another")
        self.call("add", run, "--name", "a/b", "--split", "random", fails="expected letters")
        self.call("add", run, *add)
        self.call("add", run, *add, fails="is there already")
        self.call("add", run, *add, "--overwrite")
        for name, text, problem in (("summary.json", "{", "summary.json:1: is no JSON"),
                                    ("summary.json", '{"command": "x"}', "lacks 'figures.cer_micro.value'"),
                                    ("summary.json", json.dumps({"best_epoch": 1, "figures": figures(0.5)}), "disagree"),
                                    ("logs.log", "", "logs.log has 0 epochs, metrics.csv 3"),
                                    ("metrics.csv", "epoch,cer_macro\n1,x\n", "expected numbers"),
                                    ("metrics.csv", "epoch\n", "has no epoch"),
                                    ("configs.yaml", "batch_size 3\n", "configs.yaml:1: expected `key: value`")):
            with self.subTest(problem):
                (run / name).write_text(text)
                self.call("add", run, *add, "--overwrite", fails=problem)
        for name in ("logs.log", "metrics.csv", "configs.yaml"):
            with self.subTest(name):
                (run / name).unlink()
                self.call("add", run, *add, "--overwrite", fails="cannot be read" if name == "configs.yaml" else "configs.yaml")

    def test_damaged_summaries_and_pages_are_refused(self):
        self.call("add", self.run_folder(), "--name", "small", "--split", "random")
        path = self.results / "small.json"
        good = json.loads(path.read_text())
        for changes, problem in (({"kind": "other"}, "expected one of run, decoder"), ({"format": 2}, "expected 1"),
                                 ({"minutes": "5"}, "minutes: expected a number"), ({"minutes": float("nan")}, "expected a number"),
                                 ({"command": "train_iam --out=/tmp/x"}, "absolute path")):
            with self.subTest(problem):
                path.write_text(json.dumps({**good, **changes}))
                self.call("page", fails=problem)
        del good["recipe"]
        path.write_text(json.dumps(good))
        self.call("page", fails="small.json: lacks 'recipe'")
        path.unlink()
        self.page.write_text(self.page.read_text().replace("<!-- end of decoders -->", ""))
        self.call("page", fails="expected the markers '<!-- results: decoders -->'")
        self.page.unlink()
        self.call("page", fails="cannot be read")

    def test_a_run_of_train_iam_and_what_evaluate_says_of_it(self):
        if not PROGRAMS:
            self.skipTest("no programs given")
        programs, data = (Path(path).resolve() for path in PROGRAMS)
        run, evaluation = self.work / "own", self.work / "own.json"
        for command in ((programs / "train_iam", "--data", data, "--limit", 64, "--epochs", 1, "--network", "small",
                         "--split-by", "writers", "--out", run),
                        (programs / "evaluate", "--model", run / "best.safetensors", "--list", run / "val.csv", "--writers",
                         data / "forms.txt", "--json", evaluation)):
            subprocess.run([str(part) for part in command], check=True, capture_output=True)
        said, own = json.loads(evaluation.read_text()), json.loads((run / "summary.json").read_text())
        self.assertEqual(said["figures"], own["figures"])
        self.assertEqual(said["shared_writers"], own["shared_writers"])
        self.assertEqual((said["words_trained_on"], said["shared_writers"]["shared"]), (0, 0))
        self.assertEqual(own["command"], "train_iam --data DATA --limit 64 --epochs 1 --network small --split-by writers --out own")
        self.call("add", run, "--name", "own", "--split", "writers")
        self.call("add", run, "--name", "own", "--split", "writers", "--evaluation", evaluation, "--overwrite")
        self.assertNotIn(str(self.work), (self.results / "own.json").read_text())
        self.call("page")
        self.assertIn("| own | writers | 1 |", self.section("recipes"))


if __name__ == "__main__":
    PROGRAMS = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
