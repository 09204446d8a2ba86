#!/usr/bin/env python3
"""Tables in Markdown from the JSON files of the benchmark programs: bench/tables.py FILE... [--type float]

Rows are named "table/pass/algorithm/type/shape". One table for each table and pass: a line for each shape, a column for
each algorithm. Where oneDNN has rows, a table of all passes together follows, with the ratio to it.
"""

import argparse
import json
import re
import sys

PEER = "oneDNN"
# Passes that a training step adds up; "backward" is dx with dweight in one call, so the two are left out of the sum.
PARTS = ("forward", "backward")


class Rows:
    """The rows of all files: rows[table, type][shape][pass][algorithm] = counters, each in the order of the files."""

    def __init__(self):
        self.tables = {}
        self.contexts = []

    def read(self, path):
        try:
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            benchmarks, context = content["benchmarks"], content["context"]
        except (OSError, ValueError, KeyError) as error:
            sys.exit(f"bench/tables.py: {path}: expected the JSON of a benchmark program that ran to its end: {error}")
        self.contexts.append(context)
        rows = [row for row in benchmarks if row.get("aggregate_name") == "median"]
        repeated = {row["run_name"] for row in rows}
        rows += [row for row in benchmarks if row["run_type"] == "iteration" and row["run_name"] not in repeated]
        # Random interleaving writes rows as they finish; the program registered them by family.
        for row in sorted(rows, key=lambda row: row.get("family_index", 0)):
            parts = re.sub(r"/repeats:\d+$", "", row["run_name"]).split("/", 4)
            if len(parts) != 5:
                sys.exit(f"bench/tables.py: {path}: the row '{row['run_name']}' is not table/pass/algorithm/type/shape")
            table, step, algorithm, number, shape = parts
            shapes = self.tables.setdefault((table, number), {})
            shapes.setdefault(shape, {}).setdefault(step, {})[algorithm] = row


def microseconds(row):
    return row["cpu_time"] * {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}[row["time_unit"]]


def time_text(value):
    return f"{value / 1000:.2f} ms" if value >= 10000 else f"{value:.0f} us" if value >= 100 else f"{value:.1f} us"


def rate_text(row):
    """What a cell shows: the time, then the rate that decides."""
    text = time_text(microseconds(row))
    share = row.get("of_sgemm", row.get("of_dgemm"))
    if "GFLOP/s" in row:
        text += f", {row['GFLOP/s']:.1f}" + (f" ({100 * share:.0f}%)" if share is not None else "")
    elif "GB/s" in row:
        text += f", {row['GB/s']:.1f} GB/s"
    elif "images/s" in row:
        text += f", {row['images/s']:.0f} images/s"
    return text


def unique(items):
    return list(dict.fromkeys(items))


def print_table(head, lines):
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    for line in lines:
        print("| " + " | ".join(line) + " |")
    print()


def print_pass(title, step, shapes):
    algorithms = unique(name for passes in shapes.values() for name in passes.get(step, {}))
    rows = [row for passes in shapes.values() for row in passes.get(step, {}).values()]
    unit = ""
    if any("GFLOP/s" in row for row in rows):
        unit = ": time, GFLOP/s (share of " + ("dgemm" if any("of_dgemm" in row for row in rows) else "sgemm") + ")"
    print(f"### {title}, {step}{unit}\n")
    lines = []
    for shape, passes in shapes.items():
        if step in passes:
            cells = passes[step]
            lines.append([shape] + [rate_text(cells[name]) if name in cells else "" for name in algorithms])
    print_table(["shape"] + algorithms, lines)


def best_peer(cells):
    """oneDNN's fastest algorithm for the pass, or nothing."""
    times = [microseconds(row) for name, row in cells.items() if name.startswith(PEER)]
    return min(times, default=None)


def print_sums(title, shapes):
    """Forward plus backward, with oneDNN's time over ours; a last line adds up the layers of the network."""
    own = unique(name for passes in shapes.values() for cells in passes.values() for name in cells
                 if not name.startswith(PEER))
    lines, totals = [], {name: 0.0 for name in own + [PEER]}
    complete = set(totals)
    for shape, passes in shapes.items():
        if any(part not in passes for part in PARTS):
            return
        layers = max(row.get("layers", 0) for cells in passes.values() for row in cells.values())
        peers = [best_peer(passes[part]) for part in PARTS]
        peer = None if None in peers else sum(peers)
        line = [shape, f"{layers:.0f}" if layers else ""]
        for name in own:
            if any(name not in passes[part] for part in PARTS):
                complete.discard(name)
                line.append("")
                continue
            time = sum(microseconds(passes[part][name]) for part in PARTS)
            totals[name] += layers * time
            line.append(time_text(time) + (f", {peer / time:.2f}" if peer else ""))
        if peer is None:
            complete.discard(PEER)
        else:
            totals[PEER] += layers * peer
        lines.append(line + ([time_text(peer)] if peer is not None else [""]))
    with_peer = any(line[-1] for line in lines)
    if len(lines) > 1 and any(totals.values()):
        peer = totals[PEER] if PEER in complete else None
        line = ["all layers of the network", ""]
        for name in own:
            ratio = f", {peer / totals[name]:.2f}" if peer and totals[name] else ""
            line.append(time_text(totals[name]) + ratio if name in complete else "")
        lines.append(line + [time_text(peer) if peer else ""])
    head = ["shape", "layers"] + own + [PEER]
    if not with_peer:
        head, lines = head[:-1], [line[:-1] for line in lines]
    note = f"; {PEER}'s time / ours, above 1: ours is faster" if with_peer else ""
    print(f"### {title}, forward + backward{note}\n")
    print_table(head, lines)


def main():
    parser = argparse.ArgumentParser(description="Prints Markdown tables from the JSON of the benchmark programs.")
    parser.add_argument("files", nargs="+", help="written with --benchmark_out=FILE --benchmark_out_format=json")
    parser.add_argument("--type", help="only rows of this type, for example float")
    parser.add_argument("--table", help="only tables of this name, for example conv2d")
    options = parser.parse_args()
    rows = Rows()
    for path in options.files:
        rows.read(path)
    keys = ("processor", "cores", "compiler", "flags", "openblas", "onednn", "tinyhtr", "sgemm", "dgemm", "command")
    for context in rows.contexts:
        print(f"- {context['date']}")
        for key in keys:
            if key in context:
                print(f"  - {key}: `{context[key]}`")
    print()
    for (table, number), shapes in rows.tables.items():
        if options.type not in (None, number) or options.table not in (None, table):
            continue
        title = f"{table}, {number}"
        for step in unique(step for passes in shapes.values() for step in passes):
            print_pass(title, step, shapes)
        print_sums(title, shapes)


if __name__ == "__main__":
    main()
