"""Pretty-printers: what `print`, `info locals` and the variables of an IDE show."""

import re
import struct

import gdb
import gdb.printing

from . import layers, pictures
from .elements import Unreadable, shape_text
from .layout import Record, dereferenced, memory, plain
from .objects import Image, Node, Tensor, base_node_type, node_of, read_shape, read_string, read_vector

LARGEST_PICTURE = 64, 128  # rows, columns


def describe_shape(value):
    return shape_text(read_shape(Record.of(value)))


def describe_tensor(value):
    return Tensor(Record.of(value)).text()


def describe_node(value):
    """Op, name, shape, gradient norm, inputs; then value and gradient, a line each."""
    node = node_of(value)
    text = node.summary()
    kind = base_node_type(node.kind)
    inputs = [Node(Record(kind, address)).label() for address in node.inputs[:8]]
    if inputs:
        text += ", from " + ", ".join(inputs) + (", ..." if len(node.inputs) > 8 else "")
    for name, read in (("value", lambda: node.value), ("grad ", lambda: node.grad)):
        try:
            tensor = read()
            if name == "value" or tensor.size > 0:
                text += "\n  %s %s" % (name, tensor.text(one_line=True))
        except Unreadable as problem:
            text += "\n  %s <%s>" % (name, problem)
    return text


def describe_variable(value):
    return "refers to nothing" if Record.of(value).word("node_._M_ptr") == 0 else describe_node(value)


def describe_image(value):
    image = Image(Record.of(value))
    if image.size == 0:
        return image.text() + " empty"
    if image.height > LARGEST_PICTURE[0] or image.width > LARGEST_PICTURE[1]:
        return image.text() + ", too large to draw here: htr png writes it to a file"
    return image.text() + pictures.framed(pictures.ink(image.grey_rows()))


def describe_vocabulary(value):
    record = Record.of(value)
    characters = read_string(record.inner("characters_"), width=4, most=0x110000).decode("utf-32-le", "replace")
    return 'of %d characters, blank %d: "%s"' % (len(characters), len(characters), pictures.printable(characters))


def describe_lattice(value):
    record = Record.of(value)
    begin, size = read_vector(record.inner("states"))
    if size > 1 << 24:
        raise Unreadable("%d bytes of states; not made yet, or damaged" % size)
    states = struct.unpack("=%di" % (size // 4), memory(begin, size))
    alpha, beta = Tensor(record.inner("alpha")), Tensor(record.inner("beta"))
    log_p = record.unpack("log_probability", "d")
    steps, length = record.index("time_steps"), record.index("label_length")
    return pictures.lattice_text(steps, length, states, alpha, beta, log_p)


def name_tensor(value):
    """For the arguments in a line of `step` or `backtrace`: the shape."""
    return shape_text(Tensor(Record.of(value)).shape)


def name_node(value):
    """#4 linear (2,1)"""
    if plain(value.type).tag.startswith("tinyhtr::Variable<") and Record.of(value).word("node_._M_ptr") == 0:
        return "refers to nothing"
    node = node_of(value)
    return node.label() + " " + shape_text(node.value.shape)


def name_image(value):
    return Image(Record.of(value)).text()


BRIEF = {
    describe_tensor: name_tensor,
    describe_variable: name_node,
    describe_node: name_node,
    describe_image: name_image,
}

DESCRIPTIONS = {
    "Shape": describe_shape,
    "Tensor": describe_tensor,
    "Variable": describe_variable,
    "Image": describe_image,
    "Vocabulary": describe_vocabulary,
    "CtcLattice": describe_lattice,
}


class Printer:
    """Says what the object is; never raises."""

    def __init__(self, value, title, describe):
        self.value, self.title, self.describe = value, title, describe

    def to_string(self):
        try:
            if gdb.print_options().get("summary"):
                text = BRIEF.get(self.describe, self.describe)(self.value).split("\n")[0]
            else:
                text = self.describe(self.value)
        except Unreadable as problem:
            text = "<%s>" % problem
        except gdb.error as problem:
            text = "<%s>" % problem
        except Exception as problem:  # whatever a damaged object makes of us, the user asked for a print
            text = "<not readable: %s>" % problem
        return self.title + ("" if text.startswith(":") else " ") + text


class UnfoldingPrinter(Printer):
    """With `set htr unfold on`: IDEs show the text, which they leave out elsewhere, then the fields."""

    def children(self):
        try:
            yield "[text]", self.to_string()
            yield from layers.fields_to_unfold(dereferenced(self.value))
        except (gdb.error, Unreadable):
            return


class Printers(gdb.printing.PrettyPrinter):
    """Finds the printer of a value by its type."""

    def __init__(self):
        super().__init__("tinyhtr")

    def __call__(self, value):
        code = value.type.strip_typedefs().code
        if code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_INT, gdb.TYPE_CODE_FLT):
            return None
        kind = plain(value.type)
        if kind.code != gdb.TYPE_CODE_STRUCT or not kind.tag:
            return None
        found = re.match(r"tinyhtr::(\w+)(?:<(float|double)>)?$", kind.tag)
        title, describe = layers.short(kind.tag), None
        if found and found[1] in DESCRIPTIONS:
            describe = DESCRIPTIONS[found[1]]
        elif base_node_type(kind):
            describe = describe_node
        elif layers.is_layer(kind):
            describe = layers.describe
        if not describe:
            return None
        unfold = gdb.parameter("htr unfold") and describe in (describe_variable, describe_node, layers.describe)
        return (UnfoldingPrinter if unfold else Printer)(value, title, describe)
