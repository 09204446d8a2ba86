# The comparison's results as a chart of bars: chart.py RESULTS.JSON > CHART.SVG
import json
import math
import sys
from xml.sax.saxutils import escape

import report
from peers import OURS

COLOURS = ["#ee4c2c", "#f0a202", "#7a5195", "#2f9e44"]  # of the peers, in their order
WIDTH, LABELS, RIGHT = 860, 220, 200  # of all; of the names; of the numbers beside the bars
BAR, GAP, TOP = 20, 14, 84


def short_figure(name, measurement, peer):
    return report.figure(name, measurement["peers"][peer]).split(",")[0]


def bars_of(result):
    """(title, [(peer, ratio, text)]) for each measurement that a peer takes part in."""
    groups = []
    for name, title in report.TITLES.items():
        measurement = result["measurements"].get(name)
        if not measurement or not measurement["times_as_fast_as"]:
            continue
        ours = short_figure(name, measurement, OURS)
        bars = [(peer, ratio, f"{ours.split(' ')[0]} : {short_figure(name, measurement, peer)}")
                for peer, ratio in measurement["times_as_fast_as"].items()]
        groups.append((title, bars))
    memory = result["memory"]
    if OURS in memory and len(memory) > 1:
        ours = memory[OURS]["peak_mib"]
        groups.append(("memory of training, batch 16",
                       [(peer, m["peak_mib"] / ours, f"{ours:.0f} : {m['peak_mib']:.0f} MiB")
                        for peer, m in memory.items() if peer != OURS]))
    return groups


def svg(result):
    groups = bars_of(result)
    peers = report.peers_of(result)
    colours = {peer: COLOURS[i % len(COLOURS)] for i, peer in enumerate(peers)}
    longest = max([ratio for _, bars in groups for _, ratio, _ in bars], default=1)
    tick = next(t for t in (0.5, 1, 2, 5, 10, 20, 50, 100, 1e9) if longest / t <= 8)
    end = tick * math.ceil(longest / tick)
    scale = (WIDTH - LABELS - RIGHT) / end
    height = TOP + sum(len(bars) * BAR + GAP for _, bars in groups) + 44

    def x(ratio):
        return LABELS + ratio * scale

    def text(left, top, content, size=13, anchor="start", colour="#1f2328", weight="normal"):
        return (f'<text x="{left:.1f}" y="{top:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
                f'font-weight="{weight}" stroke="#ffffff" stroke-width="3" paint-order="stroke">'
                f'{escape(content)}</text>')

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">',
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
             text(16, 28, "How many times as fast tinyhtr is (last row: how many times less memory)", 16,
                  weight="bold")]
    left = 16
    for peer in peers:
        lines.append(f'<rect x="{left}" y="42" width="14" height="14" fill="{colours[peer]}"/>')
        version = result["versions"][peer].get(peer.split(" ")[0], "")
        lines.append(text(left + 20, 54, f"than {peer} {version}"))
        left += 60 + 8 * len(f"than {peer} {version}")
    for i in range(int(round(end / tick)) + 1):
        value = i * tick
        lines.append(f'<line x1="{x(value):.1f}" y1="{TOP - 6}" x2="{x(value):.1f}" y2="{height - 40}" '
                     'stroke="#d0d7de"/>')
        lines.append(text(x(value), TOP - 10, f"{value:g}", 11, "middle", "#59636e"))

    lines.append(f'<line x1="{x(1):.1f}" y1="{TOP - 6}" x2="{x(1):.1f}" y2="{height - 40}" stroke="#1f2328" '
                 'stroke-dasharray="4 3"/>')

    top = TOP
    for title, bars in groups:
        lines.append(text(LABELS - 10, top + len(bars) * BAR / 2 + 4, title, anchor="end"))
        for peer, ratio, figures in bars:
            lines.append(f'<rect x="{LABELS}" y="{top + 1}" width="{ratio * scale:.1f}" height="{BAR - 2}" '
                         f'fill="{colours[peer]}"/>')
            lines.append(text(x(ratio) + 6, top + 14, f"{ratio:.1f}", 13, weight="bold"))
            lines.append(text(x(ratio) + 12 + 8.5 * len(f"{ratio:.1f}"), top + 14, figures, 10, colour="#59636e"))
            top += BAR
        top += GAP
    lines.append(text(16, height - 14, f"tinyhtr : the other; medians of {result['rounds']} alternating rounds; "
                      f"{result['processor']}, {result['cores']} cores; {result['date']}", 11, colour="#59636e"))
    return "\n".join(lines) + "\n</svg>\n"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(svg(json.load(file)), end="")
