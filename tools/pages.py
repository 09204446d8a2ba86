#!/usr/bin/env python3
"""Holds the pages of the documentation against what they show.

    tools/pages.py check [--programs build/release/examples] [PAGE...]
    tools/pages.py update --programs build/release/examples [PAGE...]

A line before a fenced block says where the block comes from:

    <!-- from include/tinyhtr/kernels/ctc.hpp -->      lines of that file, in their order; a line "..." stands for any
                                                       number of others; the block may be indented less
    <!-- output of lessons/01_tensor_and_gradient -->  what that program prints, without arguments; numbers may differ
    <!-- output of ..., within 0.2 -->                 in their last digit, or by that share (training differs a little
                                                       from one machine to the next)

check fails where a block differs, where a block of C++ does not say where it comes from (what no compiler sees goes
stale), where a link leads to a file or a heading that is not there, and where the page of a room does not lead to each
of its headers. Outputs are checked where --programs is given. update writes them anew.
Pages are README.md, docs/**/*.md, bench/README.md, unless some are named. Where none are, it also fails where a folder
of include/tinyhtr has no docs/rooms/ROOM.md, where a lesson, examples/lessons/NN_NAME.cpp, has no
docs/lessons/NN_NAME.md with a picture and a formula on lines of its own, and where a file of a lesson has 120 lines or
more.
"""

import argparse
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?:^<!-- (from|output of) ([^\n]*?) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.I)
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
CODE = re.compile(r"`[^`\n]*`")
PICTURE = re.compile(r"!\[[^\]]*\]\([^)\s]+\)")
FORMULA = re.compile(r"^\$\$[^$]+\$\$$", re.M)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
LESSON_LINES = 120
ELISION = re.compile(r"^\s*(//\s*)?\.\.\.$")


class Fault(Exception):
    """What is wrong with a block, for people."""


def lines_of(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def find_run(lines, run, start):
    """The place behind the first occurrence of `run` in `lines` from `start` on, all of it indented more by as much."""
    for place in range(start, len(lines) - len(run) + 1):
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        shift = len(indent) - (len(run[0]) - len(run[0].lstrip()))
        if shift >= 0 and all(lines[place + i] == (" " * shift + line) for i, line in enumerate(run)):
            return place + len(run)
    return None


def check_excerpt(block, path):
    file = ROOT / path
    if not file.is_file():
        raise Fault(f"from {path}: there is no such file")
    lines, place, run = lines_of(file.read_text(encoding="utf-8")), 0, []
    for line in lines_of(block) + ["..."]:
        if not ELISION.match(line):
            run.append(line)
            continue
        if run:
            found = find_run(lines, run, place)
            if found is None:
                raise Fault(f"from {path}: these lines are not in it, or not in this order:\n" + "\n".join(run))
            place, run = found, []


def digits_of(number):
    """What the last printed digit is worth."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def same_line(shown, printed, share):
    """Whether two lines are the same, but for the last digits of their numbers."""
    if NUMBER.sub("#", " ".join(shown.split())) != NUMBER.sub("#", " ".join(printed.split())):
        return False
    for a, b in zip(NUMBER.findall(shown), NUMBER.findall(printed)):
        whole = re.fullmatch(r"[-+]?\d+", a) and re.fullmatch(r"[-+]?\d+", b)
        allowed = share * abs(float(a)) if share else 0 if whole else 1.01 * max(digits_of(a), digits_of(b))
        if abs(float(a) - float(b)) > allowed:
            return False
    return True


def run_program(folder, name):
    program = (folder / name).resolve()
    if not program.is_file():
        raise Fault(f"output of {name}: {program} is not built")
    done = subprocess.run([str(program)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise Fault(f"output of {name}: it failed with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def check_output(block, printed, name, share):
    shown, found = block.rstrip().splitlines(), printed.rstrip().splitlines()
    for number in range(max(len(shown), len(found))):
        a = shown[number] if number < len(shown) else "(nothing)"
        b = found[number] if number < len(found) else "(nothing)"
        if not same_line(a, b, share):
            raise Fault(f"output of {name}, line {number + 1}: the page shows\n{a}\nbut the program prints\n{b}\n"
                        "tools/pages.py update writes what it prints")


def anchor_of(heading):
    """A heading as links name it."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def anchors_of(text):
    return [anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.M)]


def check_links(page, text):
    """The links that lead nowhere."""
    faults = []
    for match in LINK.finditer(CODE.sub("code", FENCED.sub("", text))):
        path, _, anchor = match.group(1).partition("#")
        if re.match(r"\w+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            faults.append(f"link to {match.group(1)}: {path} is not there")
        elif anchor and target.suffix == ".md" and anchor not in anchors_of(target.read_text(encoding="utf-8")):
            faults.append(f"link to {match.group(1)}: no heading of {target.name} is called so")
    return faults


def check_room(page, text):
    """The headers that the page of a room, docs/rooms/ROOM.md, does not lead to."""
    if page.parent != ROOT / "docs/rooms":
        return []
    headers = sorted((ROOT / "include/tinyhtr" / page.stem).glob("*.hpp"))
    linked = {(page.parent / target).resolve() for target in LINK.findall(text)}
    return [f"no link to {header.relative_to(ROOT)}" for header in headers if header not in linked]


def check_rooms():
    """The rooms that have no page."""
    rooms = sorted(folder.name for folder in (ROOT / "include/tinyhtr").iterdir() if folder.is_dir())
    return [f"include/tinyhtr/{room}: docs/rooms/{room}.md is not there"
            for room in rooms if not (ROOT / f"docs/rooms/{room}.md").is_file()]


def check_lessons():
    """Lessons that are too long, or whose page is not there or has no picture or no formula; pages without a lesson."""
    faults = []
    programs = sorted((ROOT / "examples/lessons").glob("[0-9][0-9]_*.cpp"))
    for file in sorted([*programs, *(ROOT / "examples/lessons").glob("*.hpp")]):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines >= LESSON_LINES:
            faults.append(f"{file.relative_to(ROOT)}: {lines} lines, fewer than {LESSON_LINES} are allowed")
    for program in programs:
        page = ROOT / f"docs/lessons/{program.stem}.md"
        if not page.is_file():
            faults.append(f"{program.relative_to(ROOT)}: {page.relative_to(ROOT)} is not there")
            continue
        text = FENCED.sub("", page.read_text(encoding="utf-8"))
        for pattern, what in ((PICTURE, "picture"), (FORMULA, "formula")):
            if not pattern.search(text):
                faults.append(f"{page.relative_to(ROOT)}: no {what}")
    for page in sorted((ROOT / "docs/lessons").glob("*.md")):
        if page.stem not in [program.stem for program in programs]:
            faults.append(f"{page.relative_to(ROOT)}: examples/lessons/{page.stem}.cpp is not there")
    return faults


def visit(page, programs, update):
    """The faults of a page; with update, its outputs are written anew."""
    faults, text, outputs = [], page.read_text(encoding="utf-8"), {}

    def visit_block(match):
        kind, what, language, block = match.groups()
        place = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        try:
            if kind == "from":
                check_excerpt(block, what)
            elif kind == "output of":
                name, _, share = what.partition(", within ")
                if programs:
                    if name not in outputs:
                        outputs[name] = run_program(programs, name)
                    if update:
                        begin, end = match.start(4) - match.start(), match.end(4) - match.start()
                        return match.group(0)[:begin] + outputs[name].rstrip() + "\n" + match.group(0)[end:]
                    check_output(block, outputs[name], name, float(share or 0))
            elif language == "cpp":
                raise Fault("no compiler sees this block: put <!-- from FILE --> on the line before it")
        except Fault as fault:
            faults.append(f"{place}: {fault}")
        return match.group(0)

    faults += [f"{page.relative_to(ROOT)}: {fault}" for fault in check_links(page, text) + check_room(page, text)]
    new = BLOCK.sub(visit_block, text)
    if update and new != text:
        page.write_text(new, encoding="utf-8")
        print(f"{page.relative_to(ROOT)}: written")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "update"])
    parser.add_argument("--programs", type=pathlib.Path, help="folder of the built examples")
    parser.add_argument("pages", nargs="*", type=pathlib.Path, metavar="PAGE")
    options = parser.parse_intermixed_args()
    if options.command == "update" and not options.programs:
        parser.error("update needs --programs")
    pages, faults = [page.resolve() for page in options.pages], []
    if not pages:
        faults = check_rooms() + check_lessons()
        pages = [ROOT / "README.md", ROOT / "bench/README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    faults += [fault for page in pages for fault in visit(page, options.programs, options.command == "update")]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        print(f"FAILED: {len(faults)} faults in {len(pages)} pages", file=sys.stderr)
        return 1
    print(f"PASSED: {len(pages)} pages show what is there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
