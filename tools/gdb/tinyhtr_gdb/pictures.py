"""Pictures out of letters, for terminals; Unicode blocks where gdb's character set has them."""

import gdb

BLOCKS, LETTERS = " ░▒▓█", " .:*#"


def can_write(text):
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
