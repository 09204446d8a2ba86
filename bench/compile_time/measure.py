"""Compiles files again and again and prints what that took, as tables in Markdown. Run by bench/compile_time.sh."""

import argparse
import datetime
import os
import pathlib
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import time_trace

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = ROOT / "include"
PROGRAM = ROOT / "bench/compile_time/train_reference.cpp"
WHOLE = "all of tinyhtr, training the reference network"
OPTIONAL = ("yaml-cpp/",)  # of headers that tinyhtr.hpp does not include


def fail(message):
    sys.exit(f"bench/compile_time.sh: {message}")


class Case:
    """One file under one set of flags; `runs` holds (wall seconds, user seconds, peak MiB) of each compilation."""

    def __init__(self, name, source, compiler, level):
        self.name, self.source, self.compiler, self.level = name, source, compiler, level
        self.runs = []

    def compile(self, folder, flags, more=()):
        command = [self.compiler, "-std=c++20", self.level, *flags, "-I", str(INCLUDE), *more,
                   "-c", str(self.source), "-o", str(folder / "object.o")]
        start = time.monotonic()
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            fail(f"this ended with {process.returncode}: {shlex.join(command)}")
        self.runs.append((wall, usage.ru_utime, usage.ru_maxrss / 1024))

    def median(self, column):
        return statistics.median(run[column] for run in self.runs)


def library_includes():
    """What tinyhtr includes of others: {name for people: headers}, the standard library's and the system's together."""
    groups = {"the standard library": set(), "xtensor": set(), "xtensor-blas": set(), "nlohmann's JSON": set()}
    for path in INCLUDE.rglob("*.hpp"):
        for header in re.findall(r"^#include <([^>]+)>", path.read_text(encoding="utf-8"), re.MULTILINE):
            if header.startswith(OPTIONAL + ("stb/",)):  # stb's are included with macros, inside a namespace
                continue
            name = {"xtensor": "xtensor", "xtensor-blas": "xtensor-blas", "xflens": "xtensor-blas",
                    "nlohmann": "nlohmann's JSON"}.get(header.split("/")[0], "the standard library")
            if header in ("immintrin.h", "emmintrin.h"):
                continue  # one of them, by the processor
            groups[name].add(header)
    return groups


def text_including(headers):
    """A program that includes headers, in the order of the file that they come from, and does nothing."""
    # xflens wants what xtensor-blas's configuration and <complex> say first
    first = ["complex", "xtensor-blas/xblas_config.hpp"]
    headers = [h for h in first if h in headers] + sorted(h for h in headers if h not in first)
    return "".join(f"#include <{header}>\n" for header in headers) + "int main() {}\n"


def rooms():
    """The headers that tinyhtr.hpp includes, by room, in the order in which rooms may include each other."""
    order = re.search(r"^set\(rooms ([a-z ]+)\)", (ROOT / "tests/rooms/check_rooms.cmake").read_text(encoding="utf-8"),
                      re.MULTILINE)
    headers = re.findall(r'^#include "(tinyhtr/[^"]+)"', (INCLUDE / "tinyhtr/tinyhtr.hpp").read_text(encoding="utf-8"),
                         re.MULTILINE)
    return [(room, [h for h in headers if h.startswith(f"tinyhtr/{room}/")]) for room in order[1].split()]


def written(folder, name, text):
    path = folder / (re.sub(r"\W+", "_", name) + ".cpp")
    path.write_text(text, encoding="utf-8")
    return path


def part_cases(compilers, folder):
    """Files that show what belongs to whom, at -O0."""
    groups = library_includes()
    parts = [("nothing", "int main() {}\n")]
    standard = groups["the standard library"] | {"complex"}
    parts.append(("the standard library's headers", text_including(standard)))
    for name in ("xtensor", "xtensor-blas", "nlohmann's JSON"):
        parts.append((f"these and {name}", text_including(standard | groups[name])))
    parts.append(("all of these together", text_including(set().union({"complex"}, *groups.values()))))
    parts.append(("all of tinyhtr, included and not used", '#include "tinyhtr/tinyhtr.hpp"\nint main() {}\n'))
    return [Case(name, written(folder, name, text), compiler, "-O0") for name, text in parts for compiler in compilers]


def room_cases(compilers, folder):
    """Each room with those above it, at -O0."""
    cases, text = [], ""
    for room, headers in rooms():
        text += "".join(f'#include "{header}"\n' for header in headers)
        path = written(folder, f"room {room}", text + "int main() {}\n")
        cases += [Case(room, path, compiler, "-O0") for compiler in compilers]
    return cases


def whole_table(cases):
    lines = ["| compiler | flags | wall | user | peak memory |", "| --- | --- | ---: | ---: | ---: |"]
    for case in cases:
        lines.append(f"| {case.compiler} | `{case.level}` | {case.median(0):.1f} s | {case.median(1):.1f} s | "
                     f"{case.median(2):.0f} MiB |")
    return lines


def parts_table(title, compilers, cases):
    """Seconds of user time: a line for each name, a column for each compiler."""
    lines = ["| " + " | ".join([title] + [f"{c}, user" for c in compilers]) + " |",
             "| --- |" + " ---: |" * len(compilers)]
    for name in dict.fromkeys(case.name for case in cases):
        medians = {case.compiler: case.median(1) for case in cases if case.name == name}
        lines.append(f"| {name} | " + " | ".join(f"{medians[c]:.2f} s" for c in compilers) + " |")
    return lines


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError) as error:
        fail(f"{shlex.join(command)} gives no version: {error}")


def machine():
    def search(pattern, path, otherwise):
        try:
            found = re.search(pattern, pathlib.Path(path).read_text(encoding="utf-8"), re.MULTILINE)
            return found[1].strip() if found else otherwise
        except OSError:
            return otherwise

    processor = search(r"^model name\s*:\s*(.+)$", "/proc/cpuinfo", platform.processor() or "processor unknown")
    system = search(r'^PRETTY_NAME="(.+)"$', "/etc/os-release", platform.system())
    return f"{processor}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} before the run), {system}"


def main():
    parser = argparse.ArgumentParser(prog="bench/compile_time.sh")
    parser.add_argument("--repetitions", type=int, required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--compilers")
    parser.add_argument("--flags", default="")
    parser.add_argument("--rooms", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    compilers = (options.compilers or "").split()
    if not compilers:
        clang = "clang++-14" if shutil.which("clang++-14") else "clang++"
        compilers = [compiler for compiler in ("g++", clang) if shutil.which(compiler)]
    if not compilers:
        fail("found neither g++ nor clang++; --compilers names others")
    for compiler in compilers:
        if not shutil.which(compiler):
            fail(f"there is no compiler '{compiler}'")
    flags = shlex.split(options.flags)
    if options.quick:
        compilers, options.repetitions = compilers[:1], 1

    heading = [f"{datetime.date.today()}, {machine()}; "
               + ", ".join(f"{compiler}: {first_line([compiler, '--version'])}" for compiler in compilers)
               + f"; `{options.command}`, {options.repetitions} repetitions"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        levels = ("-O0",) if options.quick else ("-O0", "-O3")
        whole = [Case(WHOLE, PROGRAM, compiler, level) for level in levels for compiler in compilers]
        parts = [] if options.quick else part_cases(compilers, folder)
        by_room = room_cases(compilers, folder) if options.rooms else []
        for repetition in range(options.repetitions):
            print(f"bench/compile_time.sh: repetition {repetition + 1} of {options.repetitions}", file=sys.stderr)
            for case in whole + parts + by_room:
                case.compile(folder, flags)
        tables = [heading, whole_table(whole)]
        if parts:
            tables.append(parts_table("`-O0`", compilers, parts + [case for case in whole if case.level == "-O0"]))
        if by_room:
            tables.append(parts_table("`-O0`, included and not used, with all above it", compilers, by_room))
        clangs = [] if options.quick else [compiler for compiler in compilers if "clang" in compiler]
        for compiler in clangs[:1]:
            Case(WHOLE, PROGRAM, compiler, "-O0").compile(folder, flags, ["-ftime-trace"])
            tables.append(time_trace.table(folder / "object.json", compiler))
    print("\n\n".join("\n".join(table) for table in tables))


if __name__ == "__main__":
    main()
