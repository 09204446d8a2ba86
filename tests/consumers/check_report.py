"""Reads a report with Python's own HTML parser. usage: check_report.py REPORT.html [METRICS.csv]

Fails unless every tag is closed in order, nothing is loaded from elsewhere, no script is in it, every image is a whole
PNG, the rates lie within their intervals, and every figure of metrics.csv, where given, is in the report.
"""
import base64
import csv
import html.parser
import struct
import sys
import zlib

WITHOUT_END = {"meta", "br", "img"}


class Report(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.images, self.values, self.texts = [], 0, [], []

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "link", "iframe", "object", "embed", "base"), f"<{tag}> at {self.getpos()}"
        for name, value in attributes:
            assert not name.startswith("on"), f"{name} at {self.getpos()}"
            if name == "src":
                self.check_png(value)
            if name == "href":
                assert value.startswith("#"), f"an address at {self.getpos()}: {value[:80]}"
            if name == "style":
                assert "url(" not in value, f"an address in a style at {self.getpos()}"
            if tag == "data" and name == "value":
                self.values.append(float(value))
        if tag not in WITHOUT_END:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in WITHOUT_END:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, text):
        if self.open and self.open[-1] == "style":
            assert "url(" not in text and "@import" not in text, "an address in the style"
        elif text.strip():
            self.texts.append(text.strip())

    def check_png(self, address):
        start = "data:image/png;base64,"
        assert address.startswith(start), f"an address at {self.getpos()}: {address[:80]}"
        png = base64.b64decode(address[len(start):], validate=True)
        assert png[:8] == b"\x89PNG\r\n\x1a\n", f"no PNG at {self.getpos()}"
        position, last = 8, b""
        while position < len(png):
            length, last = struct.unpack(">I4s", png[position : position + 8])
            content = png[position + 4 : position + 8 + length]
            (checksum,) = struct.unpack(">I", png[position + 8 + length : position + 12 + length])
            assert zlib.crc32(content) == checksum, f"a damaged PNG at {self.getpos()}"
            position += 12 + length
        assert last == b"IEND", f"a PNG without its end at {self.getpos()}"
        self.images += 1


def main():
    with open(sys.argv[1], encoding="utf-8", errors="strict") as file:
        text = file.read()
    report = Report()
    report.feed(text)
    report.close()
    assert not report.open, f"never closed: {report.open}"
    for name in ("CER micro", "CER macro", "WER"):
        body = text.split(f"<h2>{name}</h2>")[1].split("</div>\n<div class=\"card\">")[0]
        card = Report()
        card.feed(body)
        rate, low, high = card.values[:3]
        assert -1e-12 <= low <= rate + 1e-12 and rate <= high + 1e-12, f"{name}: {low} <= {rate} <= {high}"
        print(f"{name} {rate}, {low} to {high}")
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows, "no epochs"
        known = set(report.values)
        for row in rows:
            for column, value in row.items():
                shown = column == "epoch" or float(value) in known
                assert shown, f"epoch {row['epoch']}: {column} {value} is not shown"
        print(f"{len(rows)} epochs, all of their figures")
    print(f"{report.images} images, {len(text)} characters, well formed")


main()
