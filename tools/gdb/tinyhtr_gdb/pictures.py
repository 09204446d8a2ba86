"""Pictures out of letters, for terminals; Unicode blocks where gdb's character set has them, and in lldb."""

import math

from .elements import number, shape_text

try:
    import gdb
except ImportError:
    gdb = None  # in lldb, which writes UTF-8

BLOCKS, LETTERS = " ░▒▓█", " .:*#"


def can_write(text):
    if gdb is None:
        return True
    try:
        text.encode(gdb.host_charset() if hasattr(gdb, "host_charset") else "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def shades(rows, darkest=1.0):
    """Rows of numbers from 0, left blank, to darkest, a full block."""
    scale = BLOCKS if can_write(BLOCKS) else LETTERS
    top = len(scale) - 1
    return ["".join(scale[max(0, min(top, round(x / darkest * top)))] for x in row) for row in rows]


def ink(rows):
    """Rows of grey pixels as lines, two rows a line, for letters are twice as high as wide; black is a full block."""
    lines = []
    for y in range(0, len(rows), 2):
        pair = rows[y:y + 2]
        lines.append([255 - sum(column) / len(column) for column in zip(*pair)])
    return shades(lines, 255)


def framed(lines, indent="  "):
    """Lines between bars, so that the picture's end is seen."""
    return "".join("\n%s|%s|" % (indent, line) for line in lines)


def printable(text):
    """The characters as they are where they can be written, else escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if can_write(shown) else shown.encode("ascii", "backslashreplace").decode()


def lattice_text(steps, length, states, alpha, beta, log_p):
    """T, L, S, the states, log p; then how much of all alignments' mass is in state s at step t. alpha, beta: tensors
    (T,S) of a debugger."""
    text = "T = %d, L = %d, S = %d, log p = %s" % (steps, length, len(states), number(log_p))
    if alpha.shape != [steps, len(states)] or beta.shape != alpha.shape or steps * len(states) == 0:
        return text + ", not filled: alpha %s, beta %s" % (shape_text(alpha.shape), shape_text(beta.shape))
    text += " (p = %s)" % number(math.exp(min(0.0, log_p)))
    if steps > 160 or len(states) > 65:
        return text
    rows = []
    a, b = alpha.read(0, alpha.size), beta.read(0, beta.size)
    for s in range(len(states)):
        mass = [a[i] + b[i] - log_p for i in range(s, alpha.size, len(states))]
        rows.append([math.exp(min(0.0, m)) if m == m else 0.0 for m in mass])
    lines = shades(rows)
    names = ["blank" if state == states[0] else str(state) for state in states]
    text += "\n  mass of state (down) at step (across)"
    return text + "".join("\n  %5s |%s|" % pair for pair in zip(names, lines))
