#!/usr/bin/env python3
"""Takes running text out of Debian packages, as plain UTF-8: language_text.py ROOT OUT

ROOT is where the packages are unpacked (/ where they are installed). Writes one file for each source into the folder
OUT. Uses the standard library only; equal packages give equal bytes. data/README.md has sources and licences.
"""
import gzip
import re
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path


def r_strings(data):
    """All strings of R's serialised objects (RDX2, .rdb), in their order: flags, length, bytes."""
    place = 0
    while True:
        found = re.compile(rb"\x00[\x00\x04][\x00\x80]\x09").search(data, place)
        if not found:
            return
        (length,) = struct.unpack_from(">i", data, found.end())
        place = found.end() + 4
        if 0 <= length <= len(data) - place:
            yield data[place:place + length].decode("utf-8", "replace")
            place += length


def r_database(path):
    """A lazy-load database: objects one behind the other, each a length and a zlib stream."""
    data = path.read_bytes()
    while data:
        stream = zlib.decompressobj()
        yield stream.decompress(data[4:])
        data = stream.unused_data


def lines_of(strings):
    """Lines of prose; what comes a thousand times is a column that names the book, a single word one of R's names."""
    strings = list(strings)
    often = {line for line, times in Counter(strings).items() if times > 1000 and line}
    return "\n".join(line for line in strings if (" " in line or line == "") and line not in often)


def wordnet(folder):
    """Glosses and the sentences that show how a word is used."""
    lines = []
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / ("data." + part)).read_text("utf-8", "replace").splitlines():
            if not line.startswith("  ") and "|" in line:
                lines.append(line.split("|", 1)[1].strip())
    return "\n".join(lines)


def main():
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    r = root / "usr/lib/R/site-library"
    out.mkdir(parents=True, exist_ok=True)
    texts = {
        "austen": "\n".join(lines_of(r_strings(d)) for d in r_database(r / "janeaustenr/data/Rdata.rdb")),
        "novels": lines_of(r_strings(gzip.decompress((r / "tidytext/extdata/books.rda").read_bytes()))),
        "moby_dick": "\n".join(lines_of(r_strings(d)) for d in r_database(r / "tokenizers/data/Rdata.rdb")),
        "wordnet": wordnet(root / "usr/share/wordnet"),
    }
    for name, text in texts.items():
        text = re.sub(r"(?s)^.*\*\*\* ?START OF[^\n]*\*\*\*|\*\*\* ?END OF.*$|End of the Project Gutenberg.*$", "", text)
        # What was no UTF-8 came as U+FFFD.
        (out / (name + ".txt")).write_text(text.replace("\ufffd", "").strip() + "\n", "utf-8")


main()
