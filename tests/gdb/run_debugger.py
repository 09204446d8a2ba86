"""Runs gdb or lldb on walked_objects, and holds what they say against what they should say, line by line.

run_debugger.py TEST --debugger GDB --program FILE --root PROJECT [--build FOLDER] [--update]
Exit status 77: skipped, for the debugger may not run programs here. --update writes the expected lines anew.
"""

import argparse
import difflib
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FORBIDDEN = ("ptrace: Operation not permitted", "Could not trace the inferior", "Cannot create process",
             "process launch failed", "'A' packet returned an error")
# Of our own functions, what `step` does not enter either: places are FILE:LINE FUNCTION.
NOT_ENTERED = re.compile(r"/core/(tensor|left_to_caller)\.hpp:| [^(]*(\bmake_node\b|::~)")


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(77)


def fail(why):
    print("FAILED: " + why)
    sys.exit(1)


def start(options, arguments, folder, environment=None, started_in=None):
    everything = dict(os.environ, LC_ALL="C.UTF-8", TINYHTR_THREADS="1", OPENBLAS_NUM_THREADS="1",
                      PYTHONDONTWRITEBYTECODE="1", **(environment or {}))
    done = subprocess.run([options.debugger] + arguments, cwd=started_in or folder, env=everything, timeout=240,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode("utf-8", "replace")
    for sign in FORBIDDEN:
        if sign in text:
            skip("the debugger may not run programs here: " + sign)
    return text


def run_gdb(options, folder, scripts, more=(), tools=None):
    """All that gdb writes, with the printers loaded by the line that users write; tools: the folder that holds gdb/."""
    tools = tools or os.path.join(options.root, "tools")
    arguments = ["-nx", "-batch", "-ex", "source " + os.path.join(tools, "gdb/tinyhtr_gdb.py")]
    for script in scripts:
        arguments += ["-x", os.path.join(HERE, script)]
    for command in more:
        arguments += ["-ex", command]
    text = start(options, arguments + [options.program], folder)
    if "Traceback" in text or "Python Exception" in text:
        fail("an exception of Python reached the user:\n" + text)
    return text


def lines_of(text):
    """From the first "==" on; addresses become 0x."""
    text = text[text.find("== "):]
    return [re.sub(r"0x[0-9a-f]+", "0x", line).rstrip() for line in text.splitlines() if line.strip()]


def compare(options, name, found):
    path = os.path.join(HERE, name + ".expected")
    if options.update:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(found) + "\n")
        return
    with open(path, encoding="utf-8") as file:
        expected = file.read().splitlines()
    if found != expected:
        difference = difflib.unified_diff(expected, found, "expected", "found", lineterm="", n=1)
        fail("%s differs:\n%s" % (path, "\n".join(difference)))


def read_png(path):
    """(height, width, bytes of a pixel, rows) of a file as ours are: 8 bits, no filter."""
    with open(path, "rb") as file:
        content = file.read()
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        fail(path + " is no PNG file")
    position, chunks = 8, {}
    while position < len(content):
        size, name = struct.unpack_from(">I4s", content, position)
        body = content[position + 8:position + 8 + size]
        if zlib.crc32(name + body) != struct.unpack_from(">I", content, position + 8 + size)[0]:
            fail("%s: wrong checksum of %s" % (path, name))
        chunks[name] = body
        position += 12 + size
    width, height, depth, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    if depth != 8:
        fail("%s: depth %d" % (path, depth))
    channels = {0: 1, 2: 3}[colour]
    data, stride = zlib.decompress(chunks[b"IDAT"]), width * channels + 1
    if len(data) != stride * height or any(data[y * stride] for y in range(height)):
        fail(path + ": rows are not as long as they should be")
    return height, width, channels, [list(data[y * stride + 1:(y + 1) * stride]) for y in range(height)]


def expect(what, found, expected):
    if found != expected:
        fail("%s: expected %s, found %s" % (what, expected, found))


def check_pictures(folder):
    def png(name):
        return read_png(os.path.join(folder, name + ".png"))

    # matrix: {0.1, 0.25, 1e-9, -1, 0, 1}, so that -1 is 0 and 1 is 255
    expect("matrix.png", png("matrix"), (2, 3, 1, [[140, 159, 128], [0, 128, 255]]))
    expect("nan.png", png("nan"), (2, 3, 1, [[0, 128, 102], [128, 128, 255]]))
    expect("colour.png", png("colour"), (2, 3, 3, [[100] * 9] * 2))
    letter = [[255] * 12 for _ in range(8)]
    for y in range(8):
        letter[y][1] = letter[y][10] = 0
    letter[3][1:11] = letter[4][1:11] = [0] * 10
    expect("letter.png", png("letter"), (8, 12, 1, letter))
    # planes: (2,3,2), two planes of 3 rows side by side, a white line between
    expect("planes.png", png("planes"), (3, 5, 1, [[0, 1, 255, 6, 7], [2, 3, 255, 8, 9], [4, 5, 255, 10, 255]]))
    height, width, channels, rows = png("large tensor")
    expect("large tensor.png", (height, width, channels), (4 * 33 - 1, 3 * 129 - 1, 1))
    for n, c, y, x in ((0, 0, 0, 0), (1, 2, 3, 4), (3, 2, 31, 127)):
        value = (((n * 3 + c) * 32 + y) * 128 + x) % 1000
        expect("large tensor.png", rows[n * 33 + y][c * 129 + x], round(value / 999 * 255))
    expect("large tensor.png, lines between", (set(rows[32]), rows[0][128]), ({255}, 255))
    expect("millions.png", png("millions")[:3], (1050, 4000, 1))
    for name in ("row", "empty", "zeros", "none", "disagrees"):
        expect(name + ".png is there", os.path.exists(os.path.join(folder, name + ".png")), False)


def test_objects(options, folder):
    compare(options, "objects", lines_of(run_gdb(options, folder, ["start.gdb", "objects.gdb"])))


def installed_tools(options, folder):
    """The folder of the debuggers' files, installed in one place and used from another."""
    place, tree = os.path.join(folder, "install_place"), os.path.join(folder, "install_tree")
    done = subprocess.run(["cmake", "--install", options.build, "--prefix", place], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        fail("cmake --install:\n" + done.stdout.decode("utf-8", "replace"))
    os.rename(place, tree)
    tools = os.path.join(tree, "share/tinyhtr")
    wanted = set()
    for part in ("gdb", "gdb/tinyhtr_gdb", "lldb"):
        wanted |= {os.path.join(part, name) for name in os.listdir(os.path.join(options.root, "tools", part))
                   if name.endswith(".py")}
    found = {os.path.relpath(os.path.join(path, name), tools) for path, _, names in os.walk(tools) for name in names}
    expect("files installed for the debuggers", sorted(found), sorted(wanted))
    return tools


def test_installed(options, folder):
    tools = installed_tools(options, folder)
    compare(options, "objects", lines_of(run_gdb(options, folder, ["start.gdb", "objects.gdb"], tools=tools)))


def test_commands(options, folder):
    found = lines_of(run_gdb(options, folder, ["start.gdb", "commands.gdb"]))
    compare(options, "commands", [line.replace(options.root + "/", "") for line in found])
    check_pictures(folder)


def check_walks(options, text, steps):
    """`step` lands in no file but ours, and comes from each start to the loops. The text has lines "from START to FILE",
    "at PLACE"."""
    walks = [walk.splitlines() for walk in re.split(r"^from ", text, flags=re.M)[1:]]
    if "walks are over" not in text or not walks:
        fail("not every walk was walked:\n" + text)
    ours = (os.path.join(options.root, "include/tinyhtr/"), os.path.join(options.root, "tests/gdb/walked_objects.cpp"),
            os.path.join(options.root, "examples/step_through.cpp"))
    for walk in walks:
        start, goal = walk[0].rsplit(" to ", 1)
        places = [line[3:] for line in walk if line.startswith("at ")]
        expect("number of steps from " + start, len(places), steps)
        strange = [place for place in places if not place.startswith(ours) or NOT_ENTERED.search(place)]
        if strange:
            fail("from %s, step landed in\n%s" % (start, "\n".join(strange)))
        if not any(goal in place for place in places):
            fail("from %s, step never came to %s:\n%s" % (start, goal, "\n".join(places)))
    return len(walks)


def test_walk(options, folder):
    """From where layers, kernels, nodes' backward, the loss, Adam begin."""
    check_walks(options, run_gdb(options, folder, ["walk.py"]), 80)


def read_long_ways(options):
    """{what: functions}, of the table in docs/stepping.md."""
    with open(os.path.join(options.root, "docs/stepping.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| ([^|]+) \| (\d+) \|$", file.read(), re.M)
    return {what: int(count) for what, count in rows}


def faults_of_way(frames, most=3):
    """What is against the rule: from the loop, the first frame, to the layer's call, the last, at most `most` frames
    without that call, all of them ours."""
    way = frames[:-1]
    faults = ["%s is not ours" % name for name in way if not name.startswith("tinyhtr::")]
    if not 1 <= len(way) <= most:
        faults.append("%d frames, expected 1 to %d" % (len(way), most))
    return faults


def test_frames(options, folder):
    """Nothing but three functions of ours stands between a layer's call and the loop that does its arithmetic. The fast
    twins have more, and as many as docs/stepping.md says; none is of a library either."""
    ours, call = "tinyhtr::kernel", "tinyhtr::Layer::forward"
    expect("the rule lets three frames pass", faults_of_way([ours] * 3 + [call]), [])
    for bad in ([ours] * 4 + [call], [ours, "std::function<void (long)>::operator()", call], ["xt::xarray", call], [call]):
        expect("the rule finds fault with %s" % bad, len(faults_of_way(bad)) >= 1, True)
    text = run_gdb(options, folder, ["frames.py"])
    ways = re.findall(r"^way of (.*?): (.*)$", text, re.M)
    if not re.search(r"^ways: %d$" % len(ways), text, re.M) or len(ways) < 20:
        fail("not every loop was reached:\n" + text)
    long_ways = {}
    if os.path.basename(options.program) == "stepped_fast":
        long_ways = read_long_ways(options)
        counts = {what: way.count(" <- ") for what, way in ways}
        expect("more than three functions", {what: n for what, n in counts.items() if n > 3}, long_ways)
    bad = ["%s: %s\n  %s" % (what, "; ".join(faults_of_way(way.split(" <- "), long_ways.get(what, 3))),
                             way.replace(" <- ", "\n  "))
           for what, way in ways if faults_of_way(way.split(" <- "), long_ways.get(what, 3))]
    if bad:
        fail("frames between a layer's call and its loop:\n" + "\n".join(bad))


def test_uninitialised(options, folder):
    """At the first line of functions, before any object is made: whatever lies there is printed without a word of
    Python."""
    more = []
    for function in ("show_tensors", "show_graph", "show_images", "show_text", "show_layers"):
        more += ["tbreak " + function, "continue", "info locals"]
    text = run_gdb(options, folder, ["start.gdb"], ["delete", "kill", "break main", "run"] + more)
    if "not readable" in text or "row = Tensor<float>" not in text or "lstm = BiLstm<double>" not in text:
        fail("objects that are not made yet:\n" + text)


def test_core(options, folder):
    """A core file says what the running program said."""
    live = run_gdb(options, folder, ["start.gdb"], ["echo == here\\n", "info locals", "next_stop", "echo == there\\n",
                                                    "htr graph loss", "generate-core-file core"])
    if not os.path.exists(os.path.join(folder, "core")):
        skip("gdb writes no core file here")
    core = run_gdb(options, folder, [], ["core-file core", "up", "echo == there\\n", "htr graph loss", "htr nan",
                                         "print y"])
    live = live[live.find("== there"):].split("Saved corefile")[0]
    for line in lines_of(live):
        if not line.startswith("warning"):
            expect("the core file says: " + line, line in core, True)
    expect("the core file knows y", "#4 linear (2,1), gradient norm 4.24264" in core, True)


def test_loading(options, folder):
    """By the project's .gdbinit where gdb may; twice without harm."""
    with open(os.path.join(folder, ".gdbinit"), "w") as file:
        file.write("add-auto-load-safe-path %s\n" % options.root)
    text = start(options, ["-batch", "-ex", "help htr graph"], folder, {"HOME": folder}, options.root)
    expect(".gdbinit loads the printers", "as a tree" in text, True)
    line = "source " + os.path.join(options.root, "tools/gdb/tinyhtr_gdb.py")
    once = run_gdb(options, folder, [], ["info skip"])
    expect("skip rules, loaded twice", run_gdb(options, folder, [], [line, "info skip"]), once)


def test_page(options, folder):
    """Every line of output on docs/debugging.md is one that the tests have seen."""
    with open(os.path.join(options.root, "docs/debugging.md"), encoding="utf-8") as file:
        page = file.read()
    seen = set()
    for name in ("objects", "commands"):
        with open(os.path.join(HERE, name + ".expected"), encoding="utf-8") as file:
            seen |= {re.sub(r"^\$\d+ = ", "", line) for line in file.read().splitlines()}
    blocks = re.findall(r"```text\n(.*?)```", page, re.S)
    expect("blocks of output on the page", len(blocks) >= 3, True)
    for block in blocks:
        for line in block.splitlines():
            line = re.sub(r"0x[0-9a-f]+", "0x", re.sub(r"^\$\d+ = ", "", line)).rstrip()
            if line and not line.startswith("(gdb)") and line not in seen:
                fail("docs/debugging.md shows what gdb does not say:\n" + line)


def run_lldb(options, folder, more, tools=None):
    """All that lldb writes, with the summaries loaded by the line that users write; tools as in run_gdb."""
    python = {"PATH": "/usr/bin:/bin"}  # where its Python looks for its own modules
    found = [os.path.join("/usr/lib/llvm-%d/lib/python3.%d/dist-packages" % (version, minor))
             for version in range(13, 22) for minor in range(9, 15)]
    for path in found:  # Debian's lldb looks for its Python part in a wrong place
        if os.path.isdir(os.path.join(path, "lldb")):
            python["PYTHONPATH"] = path
    script = os.path.join(tools or os.path.join(options.root, "tools"), "lldb/tinyhtr_lldb.py")
    arguments = ["--no-lldbinit", "-b", "-o", "settings set target.disable-aslr false", "-o",
                 "command script import " + script] + more + [options.program]
    text = start(options, arguments, folder, python)
    if "No module named" in text or "not available" in text:
        skip("this lldb has no Python:\n" + text[:500])
    if "Traceback" in text:
        fail("an exception of Python reached the user:\n" + text)
    return text


def check_layers_of_lldb(options):
    """Its list of layers is that of the headers."""
    layers = set()
    for folder in ("nn", "models"):
        path = os.path.join(options.root, "include/tinyhtr", folder)
        for name in os.listdir(path):
            with open(os.path.join(path, name), encoding="utf-8") as file:
                for struct in re.split(r"^struct ", file.read(), flags=re.M)[1:]:
                    if "\n  void members(Members<T>& list) {" in struct:
                        layers.add(re.match(r"\w+", struct)[0])
    with open(os.path.join(options.root, "tools/lldb/tinyhtr_lldb.py"), encoding="utf-8") as file:
        known = re.search(r"^LAYERS = \((.*)\)$", file.read(), re.M)[1]
    expect("layers that lldb knows", set(re.findall(r"\w+", known)), layers)


def lldb_objects(options, folder, tools=None):
    """The summaries; what is not ours differs from one version to the next."""
    text = run_lldb(options, folder, ["-s", os.path.join(HERE, "objects.lldb")], tools)
    lines, ours = [], False
    for line in text.splitlines():
        if re.match(r"\((const )?tinyhtr::", line):
            ours = True
        elif not line.startswith("  ") or line.startswith("  frame"):
            ours = False
        if ours:
            lines.append(re.sub(r"0x[0-9a-f]+ ?", "", line).rstrip())
    compare(options, "lldb", lines)


def test_lldb(options, folder):
    check_layers_of_lldb(options)
    lldb_objects(options, folder)


def test_lldb_installed(options, folder):
    lldb_objects(options, folder, installed_tools(options, folder))


def test_lldb_walk(options, folder):
    """As test_walk; and the network with all layers inside it."""
    text = run_lldb(options, folder, ["-o", "command script import " + os.path.join(HERE, "walk_lldb.py")])
    expect("walks", check_walks(options, text, 80), 13)
    network = text[text.find("network = "):text.find("\nfrom ")]
    for line in ("network = 28 parameters", "  blocks.1.conv2.weight (8,8,3,3)  min",
                 "  lstm.weight_hh_l0_reverse (32,8)  min", "  classes.weight (27,16)  min"):
        if line not in network:
            fail("lldb does not say %s of the network:\n%s" % (line, network))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("test")
    parser.add_argument("--debugger", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--build", help="the build folder, which the tests of what is installed install")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    options.root, options.program = os.path.realpath(options.root), os.path.abspath(options.program)
    with tempfile.TemporaryDirectory() as folder:
        globals()["test_" + options.test](options, folder)
    print("ok")


main()
