# The comparison's results as Markdown: report.py RESULTS.JSON
import json
import sys

from peers import OURS

TITLES = {
    "train_16": "training step, batch 16", "train_64": "training step, batch 64",
    "infer_1": "reading, batch 1", "infer_16": "reading, batch 16", "infer_64": "reading, batch 64",
    "ctc": "CTC loss and gradient", "lstm": "LSTM, there and back", "bilstm": "BiLSTM, there and back",
    "augment": "decode, augment, resize",
}


def milliseconds(seconds):
    value = 1e3 * seconds
    return f"{value:.3g} ms" if value < 100 else f"{value:.0f} ms"


def figure(name, peer):
    """Time, and images/s where the network or the pipeline is measured."""
    if name in ("ctc", "lstm", "bilstm"):
        return milliseconds(peer["seconds"])
    rate = f"{peer['images'] / peer['seconds']:.0f} images/s"
    return rate if name == "augment" else f"{rate}, {milliseconds(peer['seconds'])}"


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def peers_of(result):
    return [peer for peer in result["versions"] if peer != OURS]


def machine_line(result):
    busy = ""
    if result["load_before"] > 0.3 * result["cores"]:
        busy = f" (busy with other programs before the run: load {result['load_before']:.1f})"
    return (f"{result['date']}, {result['processor']}, {result['cores']} cores{busy}, {result['system']}; "
            f"`{result['command']}`, {result['rounds']} rounds, {result['minutes']} minutes")


def speed_table(result):
    peers = peers_of(result)
    lines = [row("", OURS, *(cell for peer in peers for cell in (peer, "times as fast"))),
             row(*["---"] * (2 + 2 * len(peers)))]
    for name, title in TITLES.items():
        if name not in result["measurements"]:
            continue
        measurement = result["measurements"][name]
        cells = [title, figure(name, measurement["peers"][OURS])]
        for peer in peers:
            found = peer in measurement["peers"]
            cells.append(figure(name, measurement["peers"][peer]) if found else "")
            cells.append(f"**{measurement['times_as_fast_as'][peer]:.2f}**" if found else "")
        lines.append(row(*cells))
    return lines


def memory_table(result):
    peers = [peer for peer in result["memory"] if peer != OURS]
    ours = result["memory"].get(OURS)
    lines = [row("memory of training, batch 16", *result["memory"]), row(*["---"] * (1 + len(result["memory"])))]
    lines.append(row("before the first step", *(f"{m['before_mib']:.0f} MiB" for m in result["memory"].values())))
    lines.append(row("peak", *(f"{m['peak_mib']:.0f} MiB" for m in result["memory"].values())))
    if ours and peers:
        lines.append(row("peak, as a multiple of ours",
                         *(f"{m['peak_mib'] / ours['peak_mib']:.2f}" for m in result["memory"].values())))
    return lines


def scaling_table(result):
    """Our own times at one thread and at all cores."""
    lines = [row("tinyhtr", "1 thread", f"{result['cores']} threads", "times as fast"), row(*["---"] * 4)]
    many = f"{result['cores']} threads"
    for name, title in TITLES.items():
        if name not in result["measurements"]:
            continue
        times = result["measurements"][name]["peers"][OURS]["all_candidates"]
        if "1 thread" in times and many in times:
            lines.append(row(title, milliseconds(times["1 thread"]), milliseconds(times[many]),
                             f"{times['1 thread'] / times[many]:.2f}"))
    return lines if len(lines) > 2 else []


def batch_table(result):
    """Our training time per image by batch size."""
    batches = [b for b in (8, 16, 32, 64, 128) if f"train_{b}" in result["measurements"]]
    times = [result["measurements"][f"train_{b}"]["peers"][OURS]["seconds"] / b for b in batches]
    return [row("batch", *map(str, batches)), row(*["---"] * (1 + len(batches))),
            row("training step, time per image", *map(milliseconds, times)),
            row("against batch 16", *(f"{t / times[batches.index(16)]:.2f}" for t in times))]


def data_path_table(result):
    path = result["data_path"]
    if not path:
        return []
    lines = [row("training on the set of words", "images/s", "share of the time waiting for images"), row(*["---"] * 3)]
    lines.append(row("one batch again and again, no loading",
                     f"{path['training_without_loading_images_per_second']:.0f}", ""))
    for entry in path["workers"]:
        lines.append(row(f"{entry['workers']} background thread" + ("" if entry["workers"] == 1 else "s"),
                         f"{entry['images_per_second']:.0f}",
                         f"{100 * entry['share_waited']:.2f}%"))
    lines.append(row("loading alone, on one core", f"{path['loading_images_per_second']:.0f}", ""))
    return lines


def candidate_list(result):
    """Who ran how: versions, and the fastest way for each measurement."""
    lines = []
    for peer, versions in result["versions"].items():
        named = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
        ways = [f"{TITLES[name]}: {m['peers'][peer]['candidate']}" for name, m in result["measurements"].items()
                if peer in m["peers"] and name in TITLES]
        lines.append(f"- {peer} ({named}). Fastest: " + "; ".join(ways) + ".")
    return lines


def markdown(result):
    parts = [[machine_line(result)], speed_table(result), memory_table(result), scaling_table(result),
             batch_table(result), data_path_table(result), candidate_list(result)]
    if result["blas_core"]:
        parts.append([f"All of them ran with OPENBLAS_CORETYPE={result['blas_core']}."])
    if result["left_out"]:
        parts.append([f"- {line}" for line in result["left_out"]])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(markdown(json.load(file)))
