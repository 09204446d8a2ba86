#!/usr/bin/env python3
"""Keeps the figures of runs in docs/results/*.json, and makes docs/results.md of them.

  tools/results.py add RUN --name small_random --recipe small --split random [--evaluation E.json]
  tools/results.py add RUN --name no_second_head --recipe small --split random --ablation "second head=off"
  tools/results.py add-figures decoder E.json --name small_beam --title small --split forms
  tools/results.py page            writes what stands between the markers of docs/results.md
  tools/results.py page --check    exit code 1 where the page is not what the summaries make of it

RUN is a folder of train_iam, E.json what `evaluate --json` (decoder), `calibrate --json`, `adapt --json`,
`align_words --json` (alignment) write; --run NAME says by which run in docs/results/ their network was made.
A summary holds figures and settings; no text of the data, no folder of the machine.
"""
import argparse
import csv
import json
import math
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
SPLITS = {"random": ("random_train.txt", "random_val.txt"), "forms": ("train_forms.txt", "validation_forms.txt")}
RATES = ("cer_micro", "cer_macro", "wer")
ABSOLUTE_PATH = re.compile(r"""(?:^|[\s="'(,])/[\w.]""")
NEEDED = {  # what a summary of each kind has to hold
    "run": ("recipe", "split", "seed", "epochs", "best_epoch", "minutes", "parameters", "command", "figures", "settings"),
    "decoder": ("title", "split", "decoder", "command", "figures"),
    "calibration": ("title", "split", "command", "figures"),
    "adapting": ("title", "split", "command", "figures"),
    "alignment": ("title", "split", "command", "figures"),
    "published": ("entries",),
}
CALIBRATION = ("words", "temperature", "ece_before", "ece", "cer_micro", "cer_micro_at_90")
ALIGNMENT = ("words", "words_from_left_to_right", "characters_with_known_place", "centres_within_4_pixels",
             "median_distance", "words_not_aligned")
ADAPTING = ("writers", "better", "cer_micro_before", "cer_micro_after", "change")


class ResultsError(Exception):
    """Something is missing or makes no sense; the message names the file and what to do."""


# ---------------------------------------------------------------- reading

def read_text(path):
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def read_json(path):
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ResultsError(f"{path}:{error.lineno}: is no JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise ResultsError(f"{path}: expected one JSON object")
    return value


def field(value, key, where):
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise ResultsError(f"{where}: lacks '{key}'")
        value = value[part]
    return value


def number(value, key, where):
    found = field(value, key, where)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        raise ResultsError(f"{where}: {key}: expected a number, found {json.dumps(found)}")
    return found


def check_figures(figures, where):
    for key in ("words", "characters", *(f"{rate}.{part}" for rate in RATES for part in ("value", "low", "high"))):
        number(figures, key, where)


def check_no_paths(value, where):
    """A summary is published: no string in it may name a folder of the machine."""
    if isinstance(value, dict):
        for key, item in value.items():
            check_no_paths(item, f"{where}: {key}")
    elif isinstance(value, list):
        for item in value:
            check_no_paths(item, where)
    elif isinstance(value, str) and ABSOLUTE_PATH.search(value):
        raise ResultsError(f"{where}: holds an absolute path, '{value}'; give --command with DATA in its place")


def check_summary(summary, where):
    kind = field(summary, "kind", where)
    if kind not in NEEDED:
        raise ResultsError(f"{where}: kind is {json.dumps(kind)}, expected one of {', '.join(NEEDED)}")
    if field(summary, "format", where) != 1:
        raise ResultsError(f"{where}: format is {json.dumps(summary['format'])}, expected 1")
    for key in NEEDED[kind]:
        field(summary, key, where)
    if kind in ("run", "decoder"):
        check_figures(summary["figures"], f"{where}: figures")
    if kind == "run":
        for key in ("seed", "epochs", "best_epoch", "minutes", "parameters"):
            number(summary, key, where)
    for key in {"calibration": CALIBRATION, "adapting": ADAPTING, "alignment": ALIGNMENT}.get(kind, ()):
        number(summary["figures"], key, f"{where}: figures")
    if kind == "adapting" and summary["figures"].get("by_words"):
        for key in (f"{part}.{rate}" for part in ("before", "after") for rate in ("words", *RATES)):
            number(summary["figures"]["by_words"], key, f"{where}: figures: by_words")
        field(summary["figures"]["by_words"], "after_by_writers", f"{where}: figures: by_words")
    if kind == "published":
        for place, entry in enumerate(summary["entries"]):
            for key in ("work", "unit", "split", "metric", "cer", "wer", "source"):
                field(entry, key, f"{where}: entry {place + 1}")
    check_no_paths(summary, where)
    return summary


def read_summaries(folder):
    if not folder.is_dir():
        raise ResultsError(f"{folder}: no such folder; expected the summaries that `add` writes")
    summaries = {path.stem: check_summary(read_json(path), path) for path in sorted(folder.glob("*.json"))}
    for name, summary in summaries.items():
        if "run" in summary and summaries.get(summary["run"], {}).get("kind") != "run":
            raise ResultsError(f"{folder / name}.json: run: expected the name of a run's summary, found '{summary['run']}'")
    return summaries


def read_settings(path):
    """configs.yaml as train_iam writes it: lines of `key: value`."""
    settings = {}
    for place, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, text = line.partition(": ")
        if not colon and line.endswith(":"):
            key, text = line[:-1], ""
        elif not colon:
            raise ResultsError(f"{path}:{place}: expected `key: value`")
        text = text.strip()
        try:
            if text.startswith("'"):
                settings[key] = text[1:-1].replace("''", "'")
            elif text.startswith('"') or text in ("true", "false") or re.fullmatch(r"-?[0-9][0-9.eE+-]*", text):
                settings[key] = json.loads(text)
            else:
                settings[key] = text
        except json.JSONDecodeError:
            raise ResultsError(f"{path}:{place}: {key}: cannot be read") from None
    return settings


def read_epochs(path):
    rows = list(csv.DictReader(read_text(path).splitlines()))
    if not rows:
        raise ResultsError(f"{path}: has no epoch; the run has to be through its first one")
    try:
        return [{key: float(value) for key, value in row.items()} for row in rows]
    except (TypeError, ValueError):
        raise ResultsError(f"{path}: expected numbers in every field") from None


# ---------------------------------------------------------------- a run's folder to a summary

def check_split(split, settings, where):
    lists = tuple(Path(str(settings.get(key, ""))).name for key in ("train_list", "validation_list"))
    if split in SPLITS and lists != SPLITS[split]:
        raise ResultsError(f"{where}: --split {split} stands for {' and '.join(SPLITS[split])}, "
                           f"found {' and '.join(name or 'none' for name in lists)}")
    if split in ("words", "writers") and (any(lists) or settings.get("split_by", "words") != split):
        raise ResultsError(f"{where}: --split {split} is a split drawn by {split}, without lists; the run has another")


def published_settings(settings):
    kept = {key: value for key, value in settings.items() if key not in ("model_path", "data", "vocab")}
    for key in ("train_list", "validation_list"):
        kept[key] = Path(str(kept.get(key, ""))).name
    kept["vocab_size"] = len(str(settings.get("vocab", "")))
    return kept


def summary_of_run(run, arguments):
    run = Path(run)
    if not run.is_dir():
        raise ResultsError(f"{run}: no such folder; expected a run of train_iam")
    settings = read_settings(run / "configs.yaml")
    check_split(arguments.split, settings, run / "configs.yaml")
    epochs = read_epochs(run / "metrics.csv")
    logged = len(re.findall(r" - Epoch \d+;", read_text(run / "logs.log")))
    if logged != len(epochs):
        raise ResultsError(f"{run}: logs.log has {logged} epochs, metrics.csv {len(epochs)}; both are of one run")
    best = min(epochs, key=lambda row: row["cer_macro"])
    own = read_json(run / "summary.json") if (run / "summary.json").exists() else {}
    evaluation = read_json(arguments.evaluation) if arguments.evaluation else {}
    if evaluation and evaluation.get("run") != run.resolve().name:
        raise ResultsError(f"{arguments.evaluation}: is of the run '{evaluation.get('run')}', not of {run}")
    if not evaluation and not own:
        raise ResultsError(f"{run}/summary.json: is missing; give --evaluation with what `evaluate --json` says")
    if not evaluation:
        value = number(own, "figures.cer_micro.value", run / "summary.json")
        if own.get("best_epoch") != best["epoch"] or abs(value - best["cer_micro"]) > 1e-9:
            raise ResultsError(f"{run}: summary.json and metrics.csv disagree on the best epoch")
    command = arguments.command or own.get("command")
    if not command:
        raise ResultsError(f"{run}: nothing says by which command it was made; give --command")
    source = evaluation or own
    summary = {
        "format": 1, "kind": "run", "recipe": arguments.recipe or arguments.name, "split": arguments.split,
        "seed": settings.get("seed", 1), "epochs": len(epochs), "best_epoch": int(best["epoch"]),
        "minutes": round(sum(row["training_seconds"] + row["validation_seconds"] for row in epochs) / 60, 1),
        "peak_memory_mib": own.get("peak_memory_mib"), "parameters": source.get("parameters"), "command": command,
        "evaluated_by": evaluation.get("command"), "shared_writers": source.get("shared_writers"),
        "figures": field(source, "figures", arguments.evaluation or run / "summary.json"),
        "cer_micro_by_epoch": [round(row["cer_micro"], 4) for row in epochs], "settings": published_settings(settings),
        "threads": own.get("threads"), "processor": source.get("processor"), "version": source.get("version"),
    }
    if arguments.ablation:
        what, equals, change = arguments.ablation.partition("=")
        if not equals or not what or not change:
            raise ResultsError(f"--ablation: expected WHAT=CHANGE, such as 'second head=off', found '{arguments.ablation}'")
        summary["ablation"] = {"what": what, "change": change}
    return summary


def summary_of_figures(arguments):
    path, found = arguments.file, read_json(arguments.file)
    summary = {"format": 1, "kind": arguments.kind, "title": arguments.title, "split": arguments.split,
               "command": arguments.command or found.get("command")}
    if not summary["command"]:
        raise ResultsError(f"{path}: nothing says by which command it was made; give --command")
    if arguments.kind == "decoder":
        summary["decoder"] = field(found, "decoder", path)
        summary["figures"] = field(found, "figures", path)
        for key in ("in_list", "out_of_list", "without_letters", "shared_writers", "images_per_second", "version"):
            summary[key] = found.get(key)
    elif arguments.kind == "calibration":
        summary["decoder"] = found.get("decoder", "best path")
        summary["figures"] = {key: value for key, value in found.items() if isinstance(value, (int, float))}
        for key in ("risk_coverage", "reliability"):
            if key in found:
                summary["figures"][key] = found[key]
    elif arguments.kind == "alignment":
        summary["figures"] = {key: number(found, key, path) for key in ALIGNMENT}
    else:
        summary["figures"] = dict(field(found, "by_writers", path), words_each=found.get("words_each"),
                                  seconds_each=found.get("seconds_each"), left_out=len(found.get("left_out", [])),
                                  by_words=found.get("by_words"))
    if arguments.run:
        trained = read_json(arguments.results / f"{arguments.run}.json")
        if trained.get("kind") != "run":
            raise ResultsError(f"--run {arguments.run}: expected the name of a run's summary in {arguments.results}")
        summary["run"] = arguments.run
    return summary


def write_summary(summary, arguments):
    if not re.fullmatch(r"[\w.-]+", arguments.name):
        raise ResultsError(f"--name: expected letters, digits and ._-, found '{arguments.name}'")
    path = arguments.results / f"{arguments.name}.json"
    check_summary(summary, path)
    if path.exists() and not arguments.overwrite:
        raise ResultsError(f"{path}: is there already; choose another --name (and --recipe), or give --overwrite")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path}: written")


# ---------------------------------------------------------------- summaries to the page

def percent(value):
    return f"{100 * value:.2f}%"


def spread(values, show=percent):
    """One value, if all are alike; or the mean with the smallest and the largest."""
    if min(values) == max(values):
        return show(values[0])
    return f"{show(sum(values) / len(values))} ({show(min(values))} to {show(max(values))})"


def cell(value):
    return str(value).replace("|", "\\|").replace("\n", " ")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def split_name(split):
    return " / ".join(name.removesuffix(".txt") for name in SPLITS[split]) if split in SPLITS else split


def interval(runs, rate, suffix=""):
    """Of several seeds: from the lowest bound to the highest."""
    low = [run["figures"][rate].get("low" + suffix) for run in runs]
    high = [run["figures"][rate].get("high" + suffix) for run in runs]
    return "-" if None in low + high else f"{percent(min(low))} to {percent(max(high))}"


def shared(summary):
    counts = summary.get("shared_writers")
    return "not known" if not counts else f"{counts['shared']} of {counts['validation']}"


def known(values, show):
    values = [value for value in values if value is not None]
    return spread(values, show) if values else "-"


class Commands:
    """Every row names its command by a number; equal commands have one."""

    def __init__(self):
        self.lines = []

    def __call__(self, *commands):
        numbers = []
        for command in commands:
            if command and command not in self.lines:
                self.lines.append(command)
            if command and self.lines.index(command) + 1 not in numbers:
                numbers.append(self.lines.index(command) + 1)
        return ", ".join(f"[{place}]" for place in numbers)

    def text(self):
        if not self.lines:
            return "None yet."
        return "\n".join(f"{place}. `{command}`" for place, command in enumerate(self.lines, 1))


def of_kind(summaries, kind):
    return [summary for summary in summaries.values() if summary["kind"] == kind]


def grouped(runs, key):
    groups = {}
    for run in sorted(runs, key=lambda run: (*map(str, key(run)), run["seed"])):
        groups.setdefault(key(run), []).append(run)
    return groups


def commands_of(runs, commands):
    return commands(*(run[key] for run in runs for key in ("command", "evaluated_by") if run.get(key)))


def commands_on_run(each, summaries, commands):
    """The command of some figures, with the one that their network was trained by."""
    trained = summaries.get(each.get("run") or "")
    return commands(each["command"]) + (f" on the run of {commands(trained['command'])}" if trained else "")


def recipes_text(summaries, commands):
    runs = [run for run in of_kind(summaries, "run") if "ablation" not in run]
    if not runs:
        return "No run yet."
    rows = []
    for (recipe, split, epochs), group in grouped(runs, lambda run: (run["recipe"], run["split"], run["epochs"])).items():
        figures = [run["figures"] for run in group]
        rows.append((
            recipe, split_name(split), ", ".join(str(run["seed"]) for run in group),
            spread([each["cer_micro"]["value"] for each in figures]), interval(group, "cer_micro"),
            interval(group, "cer_micro", "_by_writers"), spread([each["cer_macro"]["value"] for each in figures]),
            spread([each["wer"]["value"] for each in figures]), known([each["words"] for each in figures], "{:.0f}".format),
            known([each.get("writers") for each in figures], "{:.0f}".format), shared(group[0]), epochs,
            spread([run["minutes"] for run in group], "{:.0f}".format),
            known([run.get("peak_memory_mib") for run in group], "{:.0f}".format), f"{group[0]['parameters']:,}",
            commands_of(group, commands)))
    return table(("recipe", "training / validation", "seeds", "CER micro", "95% by words", "95% by writers", "CER macro",
                  "WER", "words", "writers", "of them trained on", "epochs", "minutes", "MiB", "parameters", "command"),
                 rows)


def ablations_text(summaries, commands):
    runs = of_kind(summaries, "run")
    ablated = [run for run in runs if "ablation" in run]
    if not ablated:
        return "No run yet."
    rows = []
    key = lambda run: (run["ablation"]["what"], run["ablation"]["change"], run["recipe"], run["split"], run["epochs"])
    for (what, change, recipe, split, epochs), group in grouped(ablated, key).items():
        seeds = {run["seed"] for run in group}
        bases = [run for run in runs if "ablation" not in run and run["seed"] in seeds and
                 (run["recipe"], run["split"], run["epochs"]) == (recipe, split, epochs)]
        if {run["seed"] for run in bases} != seeds:
            missing = ", ".join(str(seed) for seed in sorted(seeds - {run["seed"] for run in bases}))
            raise ResultsError(f"ablation {what}={change}: no run of the recipe {recipe} itself on {split}, {epochs} "
                               f"epochs, seed {missing}, to compare with; add it")
        mean = lambda some, rate: sum(run["figures"][rate]["value"] for run in some) / len(some)
        rows.append((what, change, recipe, split_name(split), epochs, ", ".join(map(str, sorted(seeds))),
                     *(f"{100 * (mean(group, rate) - mean(bases, rate)):+.2f}" for rate in RATES),
                     percent(mean(bases, "cer_micro")), percent(mean(group, "cer_micro")), interval(group, "cer_micro"),
                     commands_of(group, commands)))
    return table(("what", "change", "recipe", "training / validation", "epochs", "seeds", "CER micro, points",
                  "CER macro, points", "WER, points", "CER micro of the recipe", "with the change", "95% by words",
                  "command"), rows)


def decoders_text(summaries, commands):
    rows = []
    for each in sorted(of_kind(summaries, "decoder"), key=lambda each: (each["title"], each["split"], each["decoder"])):
        parts = []
        # Until 2026-11-27 marks and numbers, texts without a letter, were counted as words out of the list.
        names = ("in_list", "out_of_list", "without_letters") if each.get("without_letters") else ("in_list",)
        for part in (each.get(name) for name in names):
            parts.append(f"{percent(part['cer_micro'])} ({part['words']} words)" if part and part["words"] else "-")
        parts += ["-"] * (3 - len(parts))
        figures = each["figures"]
        rows.append((each["title"], split_name(each["split"]), each["decoder"], percent(figures["cer_micro"]["value"]),
                     interval([each], "cer_micro"), interval([each], "cer_micro", "_by_writers"),
                     percent(figures["cer_macro"]["value"]), percent(figures["wer"]["value"]), *parts, figures["words"],
                     shared(each), known([each.get("images_per_second")], "{:.0f}".format),
                     commands_on_run(each, summaries, commands)))
    if not rows:
        return "No evaluation yet."
    return table(("model", "training / read", "decoder", "CER micro", "95% by words", "95% by writers", "CER macro", "WER",
                  "CER micro, words in the list", "words out of it", "texts without a letter", "words", "writers trained on",
                  "words / s", "command"), rows)


def calibration_text(summaries, commands):
    rows = []
    for each in sorted(of_kind(summaries, "calibration"),
                       key=lambda each: (each["title"], each["split"], each.get("decoder", "best path"))):
        figures = each["figures"]
        left = {f"{point['coverage']:.2f}": point for point in figures.get("risk_coverage", [])}
        at = lambda coverage, rate="cer_micro": percent(left[coverage][rate]) if coverage in left else "-"
        rows.append((each["title"], split_name(each["split"]), each.get("decoder", "best path"), figures["words"],
                     f"{figures['temperature']:.3f}",
                     percent(figures["ece_before"]), percent(figures["ece"]), percent(figures["cer_micro"]),
                     at("0.95"), percent(figures["cer_micro_at_90"]), at("0.80"), at("0.50"),
                     at("0.90", "cer_micro_if_known"), commands_on_run(each, summaries, commands)))
    if not rows:
        return "No evaluation yet."
    return table(("model", "training / read", "decoder", "words", "temperature", "calibration error before", "after",
                  "CER micro", "at 95% coverage", "at 90%", "at 80%", "at 50%", "at 90%, if the errors were known",
                  "command"), rows)


def adapting_text(summaries, commands):
    rows = []
    change = lambda pair, rate: f"{percent(pair['before'][rate])} to {percent(pair['after'][rate])}" if pair else "-"
    for each in sorted(of_kind(summaries, "adapting"), key=lambda each: (each["title"], each["split"])):
        figures, words = each["figures"], each["figures"].get("by_words")
        after = "{} to {}".format(*map(percent, words["after_by_writers"])) if words else "-"
        rows.append((each["title"], split_name(each["split"]), known([figures.get("words_each")], "{:.0f}".format),
                     figures["writers"], figures["better"], known([figures.get("left_out")], "{:.0f}".format),
                     percent(figures["cer_micro_before"]),
                     percent(figures["cer_micro_after"]), f"{100 * figures['change']:+.1f}%",
                     words["before"]["words"] if words else "-", change(words, "cer_micro"), after,
                     change(words, "cer_macro"), change(words, "wer"),
                     known([figures.get("seconds_each")], "{:.1f}".format), commands_on_run(each, summaries, commands)))
    if not rows:
        return "No evaluation yet."
    return table(("model", "training / read", "words to adapt on", "writers", "of them better", "left out",
                  "mean CER micro of a writer before", "after", "change", "words tested", "CER micro of all of them",
                  "95% by writers, after", "CER macro", "WER", "seconds each", "command"), rows)


def alignment_text(summaries, commands):
    rows = []
    for each in sorted(of_kind(summaries, "alignment"), key=lambda each: (each["title"], each["split"])):
        figures = each["figures"]
        rows.append((each["title"], split_name(each["split"]), figures["words"], figures["words_not_aligned"],
                     figures["words_from_left_to_right"], figures["characters_with_known_place"],
                     percent(figures["centres_within_4_pixels"]), f"{figures['median_distance']:.2f}",
                     commands_on_run(each, summaries, commands)))
    if not rows:
        return "No evaluation yet."
    return table(("model", "words of", "words aligned", "not aligned", "from left to right", "characters whose place is known",
                  "middles within 4 pixels", "median distance, pixels", "command"), rows)


def published_text(summaries, commands):
    del commands
    show = lambda value: "-" if value is None else f"{value:g}%"
    rows = [(f"{entry['work']}", entry["unit"], entry["split"], entry["metric"], show(entry["cer"]), show(entry["wer"]),
             entry.get("note", ""), entry["source"])
            for summary in of_kind(summaries, "published") for entry in summary["entries"]]
    runs = [run for run in of_kind(summaries, "run") if "ablation" not in run]
    same = lambda run: (run["recipe"], run["split"])
    longest = {key: max(run["epochs"] for run in group) for key, group in grouped(runs, same).items()}
    runs = [run for run in runs if run["epochs"] == longest[same(run)]]  # short ones are there for the ablations
    for (recipe, split), group in grouped(runs, same).items():
        mean = lambda rate: sum(run["figures"][rate]["value"] for run in group) / len(group)
        rows.append((f"**this project, {recipe}**", "words", f"{split_name(split)}; writers trained on: {shared(group[0])}",
                     "best path; CER over all characters", percent(mean("cer_micro")), percent(mean("wer")),
                     f"CER macro {percent(mean('cer_macro'))}; {longest[recipe, split]} epochs", "the first table"))
    return table(("work", "unit", "split", "metric", "CER", "WER", "note", "source"), rows) if rows else "None yet."


SECTIONS = {"recipes": recipes_text, "ablations": ablations_text, "decoders": decoders_text,
            "calibration": calibration_text, "adapting": adapting_text, "alignment": alignment_text,
            "published": published_text,
            "commands": lambda summaries, commands: commands.text()}


def page_text(old, summaries, where):
    """The page with what stands between its markers made anew; the rest stays."""
    commands = Commands()
    for name, section in SECTIONS.items():
        begin, end = f"<!-- results: {name} -->", f"<!-- end of {name} -->"
        if old.count(begin) != 1 or old.count(end) != 1 or old.index(begin) > old.index(end):
            raise ResultsError(f"{where}: expected the markers '{begin}' and '{end}' once each, in this order")
        before, _, rest = old.partition(begin)
        _, _, after = rest.partition(end)
        old = f"{before}{begin}\n{section(summaries, commands)}\n{end}{after}"
    return old


def write_page(arguments):
    old = read_text(arguments.page)
    new = page_text(old, read_summaries(arguments.results), arguments.page)
    if arguments.check:
        if new != old:
            raise ResultsError(f"{arguments.page}: is not what the summaries make of it; run tools/results.py page")
        return
    arguments.page.write_text(new, encoding="utf-8")
    print(f"{arguments.page}: written")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=DOCS / "results", help="folder of the summaries")
    parser.add_argument("--page", type=Path, default=DOCS / "results.md")
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="make a summary of a run")
    add.add_argument("run")
    add.add_argument("--recipe", help="by which runs are put together; default: --name")
    add.add_argument("--evaluation", help="what `evaluate --json` wrote of this run: its figures take the place of the run's")
    add.add_argument("--ablation", metavar="WHAT=CHANGE", help="a run of the recipe with one thing changed")
    figures = actions.add_parser("add-figures", help="make a summary of what a program wrote with --json")
    figures.add_argument("kind", choices=("decoder", "calibration", "adapting", "alignment"))
    figures.add_argument("file")
    figures.add_argument("--run", metavar="NAME", help="of the summary of the run that made the model: docs/results/NAME.json")
    figures.add_argument("--title", required=True, help="the model that was read with, such as the recipe's name")
    for action in (add, figures):
        action.add_argument("--name", required=True, help="of the file: NAME.json")
        action.add_argument("--split", required=True, help="random, forms, words, writers, or a text for the table")
        action.add_argument("--command", help="in place of the one that the files name")
        action.add_argument("--overwrite", action="store_true")
    page = actions.add_parser("page", help="make the page of the summaries")
    page.add_argument("--check", action="store_true", help="only say whether it is up to date")
    arguments = parser.parse_args()
    try:
        if arguments.action == "page":
            write_page(arguments)
        else:
            write_summary(summary_of_run(arguments.run, arguments) if arguments.action == "add"
                          else summary_of_figures(arguments), arguments)
    except ResultsError as error:
        print(f"results.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
