#!/usr/bin/env python3
"""What Doxygen reads instead of a file: tools/doxygen_filter.py FILE

Headers are written to be read in an editor, pages on the web; Doxygen wants its own signs around formulas. Lines stay
where they are, so that a warning names the right one.

- header: a block of a docstring that is a formula (see tools/formula.py) becomes LaTeX between \\f[ and \\f]
- page: $...$ becomes \\f$...\\f$; $$...$$ and a fenced block of math become \\f[...\\f]. Headings get names by which
  other pages refer to them; a link to what the manual does not hold becomes its words.
"""

import html
import pathlib
import re
import sys

import formula
from pages import anchor_of

ROOT = pathlib.Path(__file__).resolve().parent.parent

DOC = re.compile(r"^(\s*///)(?: (.*))?$")
FENCED = re.compile(r"^(```.*?^```$)", re.M | re.S)
HEADING = re.compile(r"^(#+) (.+)$", re.M)
LINK = re.compile(r"(?P<code>`[^`\n]*`(?!\]))|(?P<image>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")
QUOTED = re.compile(r"(`+)([^`\n]*'[^`\n]*)\1")  # code with an apostrophe, where Doxygen would end it
MATH = re.compile(r"(?P<code>`[^`\n]*`)|\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\s](?:[^$]*?[^$\s])?)\$(?!\d)", re.S)


def filter_header(text):
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        end = at
        while at > 0 and is_indented(lines[end]):
            end += 1
        if end > at and is_empty(lines[at - 1]):
            block = [DOC.match(line)[2][4:] for line in lines[at:end]]
            if formula.is_formula(block):
                slashes = DOC.match(lines[at])[1]
                lines[at:end] = [rf"{slashes} \f[ {formula.to_latex(block)} \f]"] + [slashes] * (end - at - 1)
        at = max(end, at + 1)
    return "\n".join(lines)


def is_indented(line):
    doc = DOC.match(line)
    return bool(doc and doc[2] and doc[2].startswith("    "))


def is_empty(line):
    doc = DOC.match(line)
    return bool(doc and not doc[2])


def filter_page(text, path):
    parts = FENCED.split(text)
    return "".join(filter_fence(part) if part.startswith("```") else filter_prose(part, path) for part in parts)


def filter_fence(block):
    if not block.startswith("```math\n"):
        return block
    return "\\f[" + block[len("```math") : -len("```")] + "\\f]"


def filter_prose(text, path):
    text = HEADING.sub(lambda heading: f"{heading[0]} {{#{name_of(path, heading[2] if heading[1] != '#' else '')}}}", text)
    text = MATH.sub(math_to_doxygen, LINK.sub(lambda link: link_to_doxygen(link, path), text))
    return QUOTED.sub(lambda code: f"<tt>{html.escape(code[2].strip()).replace('&#x27;', '&apos;')}</tt>", text)


def name_of(path, heading=""):
    """The name of a page, or of one of its headings, which Doxygen wants to be unique among all."""
    page = "_".join(path.relative_to(ROOT).with_suffix("").parts)
    return page + ("__" + anchor_of(heading) if heading else "")


def link_to_doxygen(link, path):
    """A link to another page or header as @ref; to anything else that is a file of ours, only its words."""
    if link["code"] or link["image"] or re.match(r"\w+:", link["target"]):
        return link[0]
    file, _, anchor = link["target"].partition("#")
    target = (path.parent / file).resolve() if file else path
    words = re.sub(r"`([^`]*)`", r"<tt>\1</tt>", link["words"])
    if target.suffix == ".md":
        return f"[{words}](@ref {name_of(target)}{'__' + anchor if anchor else ''})"
    if target.suffix == ".hpp" and target.is_relative_to(ROOT / "include"):
        return f"[{words}](@ref {target.relative_to(ROOT / 'include')})"
    return link["words"]


def math_to_doxygen(math):
    if math["code"]:
        return math["code"]
    return rf"\f[{math['display']}\f]" if math["display"] else rf"\f${math['inline']}\f$"


def main():
    path = pathlib.Path(sys.argv[1]).resolve()
    text = path.read_text(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(filter_page(text, path) if path.suffix == ".md" else filter_header(text))


if __name__ == "__main__":
    main()
