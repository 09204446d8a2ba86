"""`htr until`, `htr next`, `htr way`: places in the code by their names and texts, which stay when line numbers move."""

import functools
import os
import re

import gdb

from .layers import short

HEAD = re.compile(r"\[[=&][^\]]*\]\(|^\s*(const )?auto&? \[")  # of a lambda, or a structured binding


@functools.lru_cache(maxsize=64)
def _source_lines(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def _files_named(name):
    """The source files of the program whose path ends so."""
    text = gdb.execute("info sources -basename -- ^%s$" % re.escape(os.path.basename(name)), to_string=True)
    found = {path for path in re.split(r"[,\n]\s*", text) if path.startswith("/")}
    ending = "/" + name.lstrip("/")
    return sorted({os.path.realpath(path) for path in found if os.path.realpath(path).endswith(ending)})


def location(place):
    """What gdb's `break` takes for a function, or for FILE "TEXT": the one line of that file that holds the text."""
    match = re.match(r'(\S+)\s+"(.*)"$', place)
    if not match:
        return place
    name, text = match.groups()
    files = _files_named(name)
    if len(files) != 1:
        raise gdb.GdbError("htr: %s of the program end with %s" % ("several source files" if files else "no source files", name))
    numbers = [number for number, line in enumerate(_source_lines(files[0]), 1) if text in line]
    if len(numbers) != 1:
        raise gdb.GdbError("htr: %s of %s hold %s" % ("several lines" if numbers else "no lines", name, text))
    return "%s:%d" % (files[0], numbers[0])


def go_to(place, condition=None):
    """Runs, or goes on, until the place is reached and the condition holds; an error where it never is."""
    stop, reached = gdb.Breakpoint(location(place), internal=True, temporary=True), []
    stop.silent = True

    def remember(event):
        reached.extend(each.number for each in getattr(event, "breakpoints", ()))

    number = stop.number
    if stop.pending:
        stop.delete()
        raise gdb.GdbError("htr: the program has no %s" % place)
    if condition:
        stop.condition = condition
    gdb.events.stop.connect(remember)
    try:
        running = gdb.selected_inferior().pid != 0
        said = gdb.execute("continue" if running else "run", to_string=True)
    finally:
        gdb.events.stop.disconnect(remember)
    if number in reached:
        return
    if stop.is_valid():
        stop.delete()
    raise gdb.GdbError("%s\nhtr: stopped before %s was reached" % (said.strip(), place))


def frame_name(frame):
    """Conv2d<float, Naive>::forward; of a lambda, the function that it stands in."""
    name = frame.name() or "?"
    within = ""
    found = re.search(r"(\([^()]*(\([^()]*\)[^()]*)*\)( const)?)?::(\{lambda\(|\$_\d|'lambda|operator\(\))", name)
    if "lambda" in name or re.search(r"\$_\d", name):
        within, name = "a lambda in ", name[:found.start()] if found else name
    return within + short(re.sub(r"^.*? (?=tinyhtr::)", "", name) if within else name)


def _text_of_line(place, number):
    """A line of the source file of a place; its number where there is no such file."""
    path = place.symtab.fullname() if place.symtab else ""
    lines = _source_lines(path) if os.path.exists(path) else []
    return lines[number - 1].strip() if 0 < number <= len(lines) else "line %d" % number


def frame_lines(frame):
    """The function and file of a frame, then the source line on which it stands."""
    place = frame.find_sal()
    if not place.symtab:
        return [frame_name(frame)]
    shown = re.sub(r"^.*/include/tinyhtr/", "", place.symtab.fullname())
    shown = re.sub(r"^.*/(?=examples/)", "", shown)
    return ["%s, %s" % (frame_name(frame), shown), "     " + _text_of_line(place, place.line)]


def go_to_next_line():
    """`next`, without the hops that g++'s line table makes, and without gdb's word about each of them.

    g++ gives every read of a captured variable the line where the lambda begins, and every read of a structured binding
    the line that binds it. gdb's own `next` goes to and fro between that line and the one that it is on. Here every
    other line of the function is a place to stop, and its end.
    """
    frame, stops = gdb.selected_frame(), []
    function, here = frame.function(), frame.find_sal()
    if function is None or not here.symtab:
        raise gdb.GdbError("htr: no source here; see: help finish")
    block = gdb.block_for_pc(frame.pc())
    while block.function is None:
        block = block.superblock
    try:
        for entry in here.symtab.linetable():
            if block.start <= entry.pc < block.end and entry.line not in (0, here.line):
                if not HEAD.search(_text_of_line(here, entry.line)):
                    stops.append(gdb.Breakpoint("*%d" % entry.pc, internal=True))
        if frame.older() is not None:
            stops.append(gdb.FinishBreakpoint(frame, internal=True))
        for stop in stops:
            stop.silent = True
        gdb.execute("continue", to_string=True)
    finally:
        for stop in stops:
            if stop.is_valid():
                stop.delete()


def way_lines(count):
    """The `count` innermost frames, from the one that is selected on."""
    frame = gdb.selected_frame()
    while frame is not None and count > 0:
        first, *rest = frame_lines(frame)
        yield "#%d  %s" % (frame.level(), first)
        yield from rest
        frame, count = frame.older(), count - 1
