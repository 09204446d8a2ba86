#!/usr/bin/env python3
"""Holds docs/stepping.md against the session that it shows: tools/gdb/step_through.gdb on examples/step_through.

    tools/stepping_page.py update --program build/step/examples/step_through
    tools/stepping_page.py check  --program build/step/examples/step_through
    tools/stepping_page.py stops  --program ...          only: is every stop reached (for other compilers)

A line before a block of text names its stop, one of the lines "echo == NAME" of the script:

    <!-- stop: convolution -->

update writes the blocks anew. check fails where one differs: numbers may differ in their last digit, as in
tools/pages.py, and are cut to five digits on both sides. The number of the process is left out; no block holds an address
or the number of a line. Exit status 77: gdb may not run programs here.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # of pages.py, in the project's folder
import pages  # noqa: E402: the tool beside this file

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "tools/gdb/step_through.gdb"
BLOCK = re.compile(r"^<!-- stop: ([^\n]*?) -->\n```text\n(.*?)^```$", re.M | re.S)
LONG_NUMBER = re.compile(r"(?<![\w.#])-?\d+\.\d+(?:e[-+]\d+)?(?!\w)")
FORBIDDEN = ("ptrace: Operation not permitted", "Could not trace the inferior", "Cannot create process")
DIGITS = 5


class Fault(Exception):
    """What is wrong, for people."""


def shorten(line):
    """Numbers with a point, in five digits."""
    return LONG_NUMBER.sub(lambda number: "%.*g" % (DIGITS, float(number[0])), line.rstrip())


def names_of(script):
    return re.findall(r"^echo == (.*)\\n$", script, re.M)


def blocks_of(output):
    """{stop: lines} of what gdb wrote; "+" marks the commands that it read."""
    blocks, lines = {}, None
    for line in output.splitlines():
        if line.startswith("== "):
            lines = blocks.setdefault(line[3:], [])
        elif lines is not None and line.strip() and not re.match(r"\+echo|\[Inferior 1 ", line):
            lines.append(shorten(re.sub(r"^\+", "(gdb) ", line)))
    return blocks


def check_stops(output, script):
    """Throws where the session did not come to its end, stop by stop."""
    wanted, found = names_of(script), list(blocks_of(output))
    trouble = re.findall(r"^(?:.*Error in sourced command file.*|htr: .*|Python Exception.*|No symbol .*)$", output, re.M)
    if trouble or found != wanted or "exited normally" not in output:
        missing = [name for name in wanted if name not in found]
        raise Fault("the session did not come through%s:\n%s" % (
            ", it never came to " + ", ".join(missing) if missing else "", "\n".join(output.splitlines()[-12:])))


def run_session(debugger, program):
    environment = dict(os.environ, LC_ALL="C.UTF-8", TINYHTR_THREADS="1", OPENBLAS_NUM_THREADS="1",
                       PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([debugger, "-nx", "-batch", "-x", str(SCRIPT), str(program)], cwd=ROOT, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
                          check=False)
    output = done.stdout.decode("utf-8", "replace")
    for sign in FORBIDDEN:
        if sign in output:
            print("SKIPPED: gdb may not run programs here: " + sign)
            sys.exit(77)
    return output


def compare(page, blocks):
    """The faults of the page's text."""
    shown = BLOCK.findall(page)
    faults = []
    if [name for name, _ in shown] != list(blocks):
        faults.append("the page shows the stops %s, the session has %s" % ([name for name, _ in shown], list(blocks)))
    for name, block in shown:
        lines, found = block.rstrip("\n").split("\n"), blocks.get(name, [])
        for number in range(max(len(lines), len(found))):
            a = lines[number] if number < len(lines) else "(nothing)"
            b = found[number] if number < len(found) else "(nothing)"
            if not pages.same_line(shorten(a), b, 0):
                faults.append("stop %s, line %d: the page shows\n%s\nbut gdb says\n%s" % (name, number + 1, a, b))
                break
    return faults


def updated(page, blocks):
    def fill(match):
        if match[1] not in blocks:
            raise Fault("the session has no stop " + match[1])
        return "<!-- stop: %s -->\n```text\n%s\n```" % (match[1], "\n".join(blocks[match[1]]))
    return BLOCK.sub(fill, page)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "update", "stops"])
    parser.add_argument("--program", type=pathlib.Path, required=True, help="step_through, compiled with -O0 -g")
    parser.add_argument("--debugger", default="gdb")
    parser.add_argument("--page", type=pathlib.Path, default=ROOT / "docs/stepping.md")
    options = parser.parse_args()
    try:
        output = run_session(options.debugger, options.program.resolve())
        check_stops(output, SCRIPT.read_text(encoding="utf-8"))
        blocks = blocks_of(output)
        if options.command == "stops":
            print("PASSED: %d stops" % len(blocks))
            return 0
        page = options.page.read_text(encoding="utf-8")
        if options.command == "update":
            page = updated(page, blocks)
            options.page.write_text(page, encoding="utf-8")
        faults = compare(page, blocks)
    except Fault as fault:
        faults = [str(fault)]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        if options.command == "check":
            print("FAILED; tools/stepping_page.py update writes what gdb says", file=sys.stderr)
        return 1
    print("PASSED: %s shows what gdb says at %d stops" % (options.page.name, len(blocks)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
