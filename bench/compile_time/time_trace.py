"""Who costs what, out of the JSON that clang++ -ftime-trace writes: python3 bench/compile_time/time_trace.py FILE [N]

Each moment belongs to the innermost of what was going on: to the header that was read, or to the template that was made.
With N, the N headers, templates and functions that took most are listed below, with all that happened inside them.
"""

import collections
import json
import re
import sys

LIBRARIES = (  # in a header's path; in a template's name
    ("xtensor-blas", r"/(xtensor-blas|xflens)/", r"(cxxblas|xt::blas)::"),
    ("xtensor", r"/(xtensor|xtl)/", r"(xt|xtl)::"),
    ("nlohmann's JSON", r"/nlohmann/", r"nlohmann::"),
    ("stb", r"/stb/", r"tinyhtr::detail::stb\w*::"),
    ("tinyhtr", r"/tinyhtr/|train_reference", r"tinyhtr::|\(anonymous"),
    ("the standard library", r"", r""),
)
READING, MAKING, CODE, REST = "reading", "templates", "code", "rest"
KINDS = {"Source": READING, "ParseClass": None, "ParseTemplate": None, "ParseDeclarationOrFunctionDefinition": None,
         "InstantiateClass": MAKING, "InstantiateFunction": MAKING, "PerformPendingInstantiations": REST,
         "CodeGen Function": CODE, "Frontend": REST, "ExecuteCompiler": REST}


def events_of(path):
    """What took time, outermost first: (begin, duration, name, detail)."""
    with open(path, encoding="utf-8") as file:
        events = [e for e in json.load(file)["traceEvents"] if e.get("ph") == "X" and not e["name"].startswith("Total ")]
    events = [(e["ts"], e["dur"], e["name"], e.get("args", {}).get("detail", "")) for e in events]
    return sorted(events, key=lambda e: (e[0], -e[1]))


def owner(kind, detail):
    for name, path, template in LIBRARIES:
        if re.search(path, detail) if kind == READING else re.match(template, detail):
            return name
    return LIBRARIES[-1][0]


def shares(events):
    """Microseconds by (owner, kind), each moment once."""
    spent = collections.Counter()
    stack = []  # (end, what it counts for)
    for begin, duration, name, detail in events:
        while stack and begin >= stack[-1][0]:
            stack.pop()
        kind = KINDS.get(name, CODE)
        key = stack[-1][1] if kind is None and stack else ("", kind)  # kind None: a part of what is around it
        if kind in (READING, MAKING):
            key = (owner(kind, detail), kind)
        if stack:
            spent[stack[-1][1]] -= duration
        spent[key] += duration
        stack.append((begin + duration, key))
    return spent


def table(path, compiler):
    spent = shares(events_of(path))
    total = sum(spent.values())
    lines = [f"| the program at `-O0`, shares by {compiler} | reading headers | making templates | both |",
             "| --- | ---: | ---: | ---: |"]
    for name in [library[0] for library in LIBRARIES]:
        reading, making = spent[name, READING] / total, spent[name, MAKING] / total
        lines.append(f"| {name} | {reading:.0%} | {making:.0%} | {reading + making:.0%} |")
    code = sum(time for (_, kind), time in spent.items() if kind == CODE)
    rest = sum(time for (_, kind), time in spent.items() if kind not in (READING, MAKING, CODE))
    lines.append(f"| machine code of all |  |  | {code / total:.0%} |")
    lines.append(f"| rest |  |  | {rest / total:.0%} |")
    return lines


def largest(events, kind, count, key):
    """Lines of what took most, summed by key; what stands inside another of the same key is not counted again."""
    sums, calls, until = collections.Counter(), collections.Counter(), {}
    for begin, duration, name, detail in events:
        if name not in kind:
            continue
        what = key(detail)
        if begin >= until.get(what, 0):
            sums[what] += duration
            until[what] = begin + duration
        calls[what] += 1
    return [f"{sums[what] / 1e3:8.0f} ms {calls[what]:5d}  {what}" for what, _ in sums.most_common(count)]


def main():
    events = events_of(sys.argv[1])
    print("\n".join(table(sys.argv[1], "clang++")))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if count:
        print("\nheaders, with all that they include and make first:",
              *largest(events, ("Source",), count, lambda text: text), sep="\n")
        print("\ntemplates by name, of all arguments:",
              *largest(events, ("InstantiateClass", "InstantiateFunction"), count, lambda text: text.split("<")[0]), sep="\n")
        print("\ntemplates:", *largest(events, ("InstantiateClass", "InstantiateFunction"), count, lambda text: text), sep="\n")
        print("\nfunctions to machine code:",
              *largest(events, ("CodeGen Function", "OptFunction"), count, lambda text: text.split("<")[0]), sep="\n")


if __name__ == "__main__":
    main()
