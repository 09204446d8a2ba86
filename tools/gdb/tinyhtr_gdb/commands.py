"""The commands below `htr`, and the functions $value, $grad, $input, $reads, $at."""

import re

import gdb

from . import elements, graph, places, png
from .elements import Unreadable, number, shape_text
from .layout import Record, dereferenced, plain
from .objects import Image, Node, Tensor, base_node_type, node_of


def _is_tensor(value):
    return (plain(value.type).tag or "").startswith("tinyhtr::Tensor<")


def _tensor_of(value):
    """A Tensor, or the value of a Variable or Node."""
    value = dereferenced(dereferenced(value))
    return Tensor(Record.of(value)) if _is_tensor(value) else node_of(value).value


class Command(gdb.Command):
    """One subcommand of htr; its docstring is its help. A problem is one line, never a traceback."""

    def __init__(self, name, completion=gdb.COMPLETE_EXPRESSION):
        super().__init__("htr " + name, gdb.COMMAND_DATA, completion)

    def invoke(self, argument, from_tty):
        try:
            for line in self.lines(argument.strip()):
                gdb.write(line + "\n")
        except Unreadable as problem:
            gdb.write("htr: %s\n" % problem)
        except gdb.error as problem:
            raise gdb.GdbError("htr: %s" % problem) from None
        except OSError as problem:
            raise gdb.GdbError("htr: %s" % problem) from None
        except gdb.GdbError:
            raise
        except Exception as problem:  # of a damaged object nothing is impossible
            gdb.write("htr: not readable: %s\n" % problem)

    def expression(self, text):
        if not text:
            raise gdb.GdbError("htr: an expression is missing; see: help " + self.name)
        return gdb.parse_and_eval(text)


class Graph(Command):
    """htr graph VAR [DEPTH]: the graph that leads to a Variable or Node, as a tree, inputs below results.

The longest way to the leaves goes straight down, other inputs branch off. Cut off after DEPTH steps, or after 30 steps
and 200 lines where no DEPTH is given; a node that several others use is written out once."""

    name = "htr graph"

    def lines(self, argument):
        expression, _, depth = argument.rpartition(" ")
        if expression and depth.isdecimal():
            return graph.tree_lines(self.expression(expression), int(depth), most_lines=10000)
        return graph.tree_lines(self.expression(argument), 30)


class Png(Command):
    """htr png EXPR FILE: an Image, or a Tensor of 2 to 4 dimensions in grey, as a PNG file.

A tensor's smallest element is black, its largest white. (C,H,W) becomes C pictures side by side, (N,C,H,W) N rows
of them. Of a Variable its value is written. FILE may stand in double quotes."""

    name = "htr png"

    def lines(self, argument):
        if argument.endswith('"') and argument.count('"') >= 2:
            expression, path = argument[:-1].rsplit('"', 1)
        else:
            expression, _, path = argument.rpartition(" ")
        if not expression.strip() or not path:
            raise gdb.GdbError("htr: expected an expression and a file; see: help htr png")
        value = dereferenced(self.expression(expression))
        if plain(value.type).tag == "tinyhtr::Image":
            rows, width, colour = png.image_rows(Image(Record.of(value)))
            text = "colour" if colour else "grey"
        else:
            (rows, width, text), colour = png.tensor_rows(_tensor_of(value)), False
        png.write_png(path, rows, width, colour)
        yield "%s: %d x %d pixels, %s" % (path, len(rows), width, text)


class Stats(Command):
    """htr stats EXPR: statistics of all elements of a Tensor; of a Variable's or Node's value and gradient."""

    name = "htr stats"

    def lines(self, argument):
        value = dereferenced(dereferenced(self.expression(argument)))
        if _is_tensor(value):
            yield from self.of(Tensor(Record.of(value)), "")
            return
        node = node_of(value)
        yield node.label()
        yield from self.of(node.value, "value ")
        yield from self.of(node.grad, "grad  ")

    def of(self, tensor, name):
        if tensor.size == 0:
            yield "%s%s empty" % (name, shape_text(tensor.shape))
            return
        seen = tensor.statistics()
        yield "%s%s %s, %d elements" % (name, shape_text(tensor.shape), tensor.element, tensor.size)
        yield "  min %s  max %s  mean %s  deviation %s  norm %s" % tuple(
            number(x) for x in (seen.min, seen.max, seen.mean, seen.deviation, seen.norm))
        yield "  %d zeros, %d NaN, %d infinite" % (seen.zeros, seen.nan, seen.infinite)


class Nan(Command):
    """htr nan [VAR]: the first node of VAR's graph, in order of computation, that holds a NaN or an infinity.

Looks at values from the inputs on, then at gradients from the loss back. Without VAR: the youngest Variable or Node
among the variables of all frames."""

    name = "htr nan"

    def lines(self, argument):
        if argument:
            value = self.expression(argument)
        else:
            name, value = graph.youngest_variable()
            yield "the graph of %s" % name
        yield from graph.nan_lines(value)


class Until(Command):
    """htr until PLACE [if CONDITION]: runs, or goes on, until PLACE is reached and the condition holds.

PLACE is a function, or FILE "TEXT": the one line of a file that holds the text. It stays where it is when lines are
added above it. The file's name may be short: kernels/ctc.hpp."""

    name = "htr until"

    def lines(self, argument):
        quoted = re.match(r'(\S+\s+"[^"]*")\s*(?:if\s+(.*))?$', argument)
        place, condition = quoted.groups() if quoted else argument.partition(" if ")[::2]
        if not place:
            raise gdb.GdbError("htr: a function, or a file and a text, is missing; see: help htr until")
        places.go_to(place.strip(), condition)
        yield from places.frame_lines(gdb.selected_frame())


class Next(Command):
    """htr next: to the next line, as `next`, without the hops of g++'s line table.

Inside a lambda, `next` goes to the line where the lambda begins, and back, for each captured variable that is read."""

    name = "htr next"

    def lines(self, argument):
        if gdb.selected_inferior().pid == 0:
            raise gdb.GdbError("htr: the program is not running; see: help htr until")
        before = gdb.selected_frame()
        places.go_to_next_line()
        if gdb.selected_inferior().pid != 0:
            lines = places.frame_lines(gdb.selected_frame())
            yield from lines[-1:] if before.is_valid() and before == gdb.selected_frame() else lines


class Way(Command):
    """htr way [COUNT]: the COUNT innermost frames (all, where no COUNT is given), each with the line it stands on.

As `backtrace` has them, without arguments, in the short names of tinyhtr."""

    name = "htr way"

    def lines(self, argument):
        if argument and not argument.isdecimal():
            raise gdb.GdbError("htr: expected a number of frames; see: help htr way")
        yield from places.way_lines(int(argument) if argument else 1000)


class _Field(gdb.Function):
    """$value(VAR), $grad(VAR): the tensor inside a Variable or Node, for print and htr."""

    def __init__(self, field):
        super().__init__(field)
        self.field = field

    def invoke(self, variable):
        return _node_value(variable)[self.field]


class _Input(gdb.Function):
    """$input(VAR, i): the node that was input i."""

    def __init__(self):
        super().__init__("input")

    def invoke(self, variable, i):
        node = node_of(variable)
        if not 0 <= int(i) < len(node.inputs):
            raise gdb.GdbError("%s has %d inputs" % (node.label(), len(node.inputs)))
        return gdb.Value(node.inputs[int(i)]).cast(base_node_type(node.kind).pointer()).dereference()


class _Reads(gdb.Function):
    """$reads(NODE, "classes.weight"): whether an input of the node has this name; for conditions of breakpoints."""

    def __init__(self):
        super().__init__("reads")

    def invoke(self, variable, name):
        try:
            node = node_of(variable)
            kind = base_node_type(node.kind)
            return any(Node(Record(kind, address)).name == name.string() for address in node.inputs)
        except Unreadable as problem:
            raise gdb.GdbError(str(problem)) from None


class _At(gdb.Function):
    """$at(TENSOR, i, j, ...): one element."""

    def __init__(self):
        super().__init__("at")

    def invoke(self, value, *subscripts):
        try:
            tensor = _tensor_of(value)
            position = 0
            if len(subscripts) != len(tensor.shape):
                raise Unreadable("%d subscripts for shape %s" % (len(subscripts), shape_text(tensor.shape)))
            for subscript, extent in zip(map(int, subscripts), tensor.shape):
                if not 0 <= subscript < extent:
                    raise Unreadable("subscript %d is outside shape %s" % (subscript, shape_text(tensor.shape)))
                position = position * extent + subscript
            return tensor.read(position, 1)[0]
        except Unreadable as problem:
            raise gdb.GdbError(str(problem)) from None


def _node_value(value):
    """The Node as gdb's value."""
    try:
        node = node_of(value)
    except Unreadable as problem:
        raise gdb.GdbError(str(problem)) from None
    return gdb.Value(node.address).cast(node.kind.pointer()).dereference()


class _Unfold(gdb.Parameter):
    """Whether variables, nodes, layers unfold into their fields, for the trees of IDEs."""

    set_doc = show_doc = "Whether variables, nodes and layers unfold into their fields (for IDEs)"
    value = False

    def __init__(self):
        super().__init__("htr unfold", gdb.COMMAND_DATA, gdb.PARAM_BOOLEAN)

    def get_set_string(self):
        return ""

    def get_show_string(self, text):
        return "tinyhtr's objects unfold into their fields: %s" % text


class _Prefix(gdb.Command):
    """Commands for the objects of tinyhtr: htr graph, png, stats, nan; and to find the way: htr until, next, way."""

    def __init__(self):
        super().__init__("htr", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


def install():
    _Prefix()
    gdb.execute("define-prefix set htr")
    gdb.execute("define-prefix show htr")
    _Unfold()
    for kind in (Graph, Png, Stats, Nan, Until, Next, Way):
        kind(kind.name.split()[1])
    _Field("value")
    _Field("grad")
    _Input()
    _Reads()
    _At()
