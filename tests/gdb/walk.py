"""Steps from a layer's call into its loops, and prints the file of each frame: run by gdb."""

import gdb

STEPS = 80


def here():
    frame = gdb.selected_frame()
    place = frame.find_sal()
    return "%s:%d %s" % (place.symtab.fullname() if place.symtab else "?", place.line, frame.name().split("<")[0])


def walk(function, marker=None):
    """STEPS steps from the beginning of a function, or from its line that holds the marker."""
    place = function
    if marker:
        source = gdb.decode_line(function)[1][0].symtab.fullname()
        with open(source) as file:
            place = "%s:%d" % (source, next(i for i, text in enumerate(file, 1) if marker in text))
    gdb.Breakpoint(place, temporary=True)
    gdb.execute("run")
    print("== from " + place)
    for _ in range(STEPS):
        print("at " + here())
        gdb.execute("step", to_string=True)


gdb.execute("set confirm off")
gdb.execute("set print thread-events off")
gdb.execute("set debuginfod enabled off")
gdb.execute("set startup-with-shell off")
gdb.execute("set disable-randomization off")
walk("show_layers", "walked into: a layer")
walk("show_layers", "walked into: a kernel")
walk("tinyhtr::LinearNode<float>::backward")
