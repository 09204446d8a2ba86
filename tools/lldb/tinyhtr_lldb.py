"""Teaches lldb what the objects of tinyhtr are: `command script import tools/lldb/tinyhtr_lldb.py`."""

import array
import os
import re
import struct
import sys

import lldb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gdb"))

from tinyhtr_gdb import elements, pictures  # noqa: E402: the texts are gdb's, and need no gdb
from tinyhtr_gdb.elements import Unreadable, shape_text  # noqa: E402

MOST_ELEMENTS = 1 << 40
MOST_LAYERS = 1000  # of one vector
LAYERS = ("BatchNorm2d", "BiLstm", "Conv2d", "Linear", "ResidualBlock", "WordNet")


def memory(value, address, size):
    """Bytes of the program, or of a core file."""
    if size == 0:
        return b""
    error = lldb.SBError()
    content = value.GetProcess().ReadMemory(address, size, error)
    if not error.Success():
        raise Unreadable("no memory at 0x%x" % address)
    return content


def field(value, path):
    """The field at a path such as "shape_.rank_", in the struct or in one that it is derived from."""
    for name in path.split("."):
        found = _find(value.GetNonSyntheticValue(), name)
        if found is None:
            raise Unreadable("the debug information of %s has no field %s" % (value.GetTypeName(), name))
        value = found
    return value


def _find(value, name):
    found = value.GetChildMemberWithName(name)
    if found.IsValid():
        return found
    for i in range(value.GetType().GetNumberOfDirectBaseClasses()):
        found = _find(value.GetChildAtIndex(i), name)
        if found is not None:
            return found
    return None


def plain(value):
    """The object that a reference or pointer means."""
    value = value.GetNonSyntheticValue()
    kind = value.GetType().GetCanonicalType()
    return value.Dereference() if kind.IsReferenceType() or kind.IsPointerType() else value


def index(value, path):
    return field(value, path).GetValueAsSigned()


def word(value, path):
    return field(value, path).GetValueAsUnsigned()


def read_shape(value):
    rank = index(value, "rank_")
    if not 0 <= rank <= 6:
        raise Unreadable("rank %d, expected 0 to 6; not made yet, or destroyed" % rank)
    begin = field(value, "extents_").GetLoadAddress()
    shape = list(struct.unpack("=%dq" % rank, memory(value, begin, 8 * rank)))
    if any(extent < 0 for extent in shape) or elements.size_of(shape) > MOST_ELEMENTS:
        raise Unreadable("implausible shape %s; not made yet, or damaged" % shape_text(shape))
    return shape


class Tensor:
    """Shape, and where the elements lie."""

    def __init__(self, value):
        self.value = value
        double = "Tensor<double>" in value.GetType().GetCanonicalType().GetUnqualifiedType().GetName()
        self.code, self.item = ("d", 8) if double else ("f", 4)
        self.shape = read_shape(field(value, "shape_"))
        self.size = elements.size_of(self.shape)
        self.begin = word(value, "array_.m_storage.p_begin")
        stored = word(value, "array_.m_storage.p_end") - self.begin
        if self.size > 0 and stored != self.size * self.item:
            raise Unreadable("shape %s wants %d bytes, its memory has %d; not made yet, or damaged"
                             % (shape_text(self.shape), self.size * self.item, stored))

    def read(self, begin, count):
        values = array.array(self.code)
        values.frombytes(memory(self.value, self.begin + begin * self.item, count * self.item))
        return values

    def text(self, one_line=False):
        return elements.tensor_text(self.read, self.shape, one_line)


def describe_shape(value):
    return shape_text(read_shape(value))


def describe_tensor(value):
    return Tensor(value).text()


def describe_variable(value):
    if word(value, "node_._M_ptr") == 0:
        return "refers to nothing"
    return describe_node(field(value, "node_._M_ptr").Dereference())


def read_text(value, width=1, most=4096):
    """libstdc++ keeps a pointer, then the length."""
    begin, length = struct.unpack("=QQ", memory(value, value.GetLoadAddress(), 16))
    if length > most:
        raise Unreadable("a text of %d characters; not made yet, or destroyed" % length)
    return memory(value, begin, length * width)


def read_vector(value):
    """First address, bytes of a std::vector."""
    begin, end = (word(value, "_M_impl." + name) for name in ("_M_start", "_M_finish"))
    if end < begin:
        raise Unreadable("a vector that ends before it begins; not made yet, or destroyed")
    return begin, end - begin


def label_of(node):
    """#4 linear"""
    name = read_text(field(node, "name")).decode("utf-8", "replace")
    op = memory(node, word(node, "op"), 64).split(b"\0")[0].decode("ascii", "replace")
    return elements.node_label(word(node, "id"), op, name)


def inputs_of(node):
    """The nodes that are its inputs."""
    begin, size = read_vector(field(node, "inputs"))
    if size > 1 << 24 or size % 16 != 0:
        raise Unreadable("a node with %d bytes of inputs; not made yet, or destroyed" % size)
    kind = field(node, "inputs").GetType().GetTemplateArgumentType(0).GetTemplateArgumentType(0)
    return [node.CreateValueFromAddress("input", pointer, kind)
            for pointer, _ in struct.iter_unpack("=QQ", memory(node, begin, size))]


def describe_node(value):
    """Op, name, shape, gradient norm, inputs; then value and gradient, a line each."""
    try:
        text, inputs = label_of(value), [label_of(node) for node in inputs_of(value)]
    except Unreadable as problem:
        raise Unreadable("%s; not made yet, or destroyed" % str(problem).split(";")[0]) from None
    result, grad = Tensor(field(value, "value")), Tensor(field(value, "grad"))
    text += " " + shape_text(result.shape)
    if grad.size > 0:
        text += ", gradient norm " + elements.norm_text(grad.read, grad.size)
    elif not word(value, "requires_grad"):
        text += ", constant"
    if inputs:
        text += ", from " + ", ".join(inputs[:8]) + (", ..." if len(inputs) > 8 else "")
    text += "\n  value " + result.text(one_line=True)
    return text + ("\n  grad  " + grad.text(one_line=True) if grad.size > 0 else "")


def describe_image(value):
    height, width, channels = (index(value, name) for name in ("height", "width", "channels"))
    _, size = read_vector(field(value, "pixels"))
    if size != height * width * channels:
        raise Unreadable("%d x %d x %d pixels, its memory has %d bytes; not made yet, or damaged"
                         % (height, width, channels, size))
    return "%d x %d x %d" % (height, width, channels)


def describe_vocabulary(value):
    text = read_text(field(value, "characters_"), 4, 0x110000).decode("utf-32-le", "replace")
    return 'of %d characters, blank %d: "%s"' % (len(text), len(text), text)


def describe_lattice(value):
    begin, size = read_vector(field(value, "states"))
    if size > 1 << 24:
        raise Unreadable("%d bytes of states; not made yet, or damaged" % size)
    states = struct.unpack("=%di" % (size // 4), memory(value, begin, size))
    log_p = struct.unpack("=d", memory(value, field(value, "log_probability").GetLoadAddress(), 8))[0]
    return pictures.lattice_text(index(value, "time_steps"), index(value, "label_length"), states,
                                 Tensor(field(value, "alpha")), Tensor(field(value, "beta")), log_p)


def type_name(kind):
    return kind.GetCanonicalType().GetUnqualifiedType().GetName() or ""


def is_number_tensor(name, kind):
    return re.match(r"tinyhtr::%s<(float|double)>$" % kind, name) is not None


def inner_type(kind):
    """X of std::vector<X>, std::optional<X>; else None."""
    if re.match(r"std::(vector|optional)<", type_name(kind)):
        return kind.GetCanonicalType().GetTemplateArgumentType(0)
    return None


def is_layer(kind):
    """Whether it is one of ours: they are found by their names."""
    return re.match(r"tinyhtr::(%s)<" % "|".join(LAYERS), type_name(kind)) is not None


class Listing:
    """The parameters of a layer, a line each."""

    def __init__(self):
        self.lines, self.parameters, self.numbers = [], 0, 0

    def layer(self, value, path):
        value = value.GetNonSyntheticValue()
        for i in range(value.GetNumChildren()):
            child = value.GetChildAtIndex(i).GetNonSyntheticValue()
            self.member(child, path + (child.GetName() or "?"))

    def member(self, value, path):
        kind = value.GetType()
        name, inner = type_name(kind), inner_type(kind)
        try:
            if name in ("float", "double", "bool"):
                code = {"float": "f", "double": "d", "bool": "?"}[name]
                number, = struct.unpack("=" + code, memory(value, value.GetLoadAddress(), struct.calcsize(code)))
                self.lines.append("%s = %s" % (path, elements.number(number)))
            elif is_number_tensor(name, "Variable"):
                self.variable(value, path)
            elif is_number_tensor(name, "Tensor"):
                self.lines.append("%s %s, not trained" % (path, shape_text(Tensor(value).shape)))
            elif inner is not None and is_layer(inner):
                self.collection(value, inner, path)
            elif is_layer(kind):
                self.layer(value, path + ".")
        except Unreadable as problem:
            self.lines.append("%s <%s>" % (path, problem))

    def variable(self, value, path):
        if word(value, "node_._M_ptr") == 0:
            self.lines.append(path + " refers to nothing")
            return
        node = field(value, "node_._M_ptr").Dereference()
        tensor, grad = Tensor(field(node, "value")), Tensor(field(node, "grad"))
        text = elements.parameter_text(path, tensor)
        if grad.size > 0:
            text += ", gradient norm " + elements.norm_text(grad.read, grad.size)
        self.lines.append(text)
        self.parameters += 1
        self.numbers += tensor.size

    def collection(self, value, kind, path):
        if type_name(value.GetType()).startswith("std::optional<"):
            if word(value, "_M_payload._M_engaged"):
                self.layer(field(value, "_M_payload._M_payload._M_value"), path + ".")
            return
        begin, size = read_vector(value)
        if size % kind.GetByteSize() != 0 or size // kind.GetByteSize() > MOST_LAYERS:
            raise Unreadable("a vector of %d bytes; not made yet, or destroyed" % size)
        for i in range(size // kind.GetByteSize()):
            self.layer(value.CreateValueFromAddress("layer", begin + i * kind.GetByteSize(), kind), "%s.%d." % (path, i))


def describe_layer(value):
    """2 parameters, 20 numbers, then a line for each."""
    listing = Listing()
    listing.layer(value, "")
    return elements.layer_text(listing.parameters, listing.numbers, listing.lines)


def summary(describe):
    """What lldb calls: the text, or what is wrong with the object; never raises."""
    def call(value, _options):
        try:
            value = plain(value)
            return describe(value)
        except Unreadable as problem:
            return "<%s>" % problem
        except Exception as problem:  # whatever a damaged object makes of us, the user asked for a print
            return "<not readable: %s>" % problem
    return call


shape_summary = summary(describe_shape)
tensor_summary = summary(describe_tensor)
variable_summary = summary(describe_variable)
node_summary = summary(describe_node)
image_summary = summary(describe_image)
vocabulary_summary = summary(describe_vocabulary)
lattice_summary = summary(describe_lattice)
layer_summary = summary(describe_layer)


class NothingBelow:
    """Hides the fields, which are xtensor's and the standard library's; `frame variable --raw` shows them."""

    def __init__(self, value, _dictionary):
        pass

    def num_children(self):
        return 0

    def get_child_at_index(self, _index):
        return None

    def has_children(self):
        return False


SUMMARIES = {
    "Shape": "shape", "Tensor<(float|double)>": "tensor", "Variable<(float|double)>": "variable",
    "([A-Za-z0-9]+)?Node<.*>": "node", "Image": "image", "Vocabulary": "vocabulary", "CtcLattice": "lattice",
    "(%s)<.*>" % "|".join(LAYERS): "layer",
}

# What `step` does not enter: the rules of tinyhtr_gdb/skips.py, for the names as lldb has them, without arguments, or,
# of lambdas, with them, so that what stands behind a parenthesis or an angle bracket is no sign.
NOT_ENTERED = "|".join((
    "^([^(<]* )?(std|__gnu_cxx|__cxxabiv1|xt|xtl|cxxblas|flens|nlohmann|YAML)::",
    "^operator (new|delete)",
    "^__",
    "^tinyhtr::(Shape|Tensor<[a-z]+>|AlignedAllocator<[a-z]+>|MemoryPool)::",
    "^tinyhtr::Variable<[a-z]+>::(value|grad|shape|node|shared_node|requires_grad|name|operator bool)",
    "^tinyhtr::.*::~",
    "^([^(]* )?tinyhtr::(make_node|indices_left|pieces_left)<",
    "^tinyhtr::detail::(IndicesLeft|PiecesLeft)::",
))


def __lldb_init_module(debugger, _dictionary):
    for kind, name in SUMMARIES.items():
        types = '-w tinyhtr -p -x "^(const )?tinyhtr::%s( ?&)?$"' % kind
        debugger.HandleCommand("type summary add %s -F %s.%s_summary" % (types, __name__, name))
        debugger.HandleCommand("type synthetic add %s -l %s.NothingBelow" % (types, __name__))
    debugger.HandleCommand("type category enable tinyhtr")
    debugger.HandleCommand("settings set target.process.thread.step-avoid-regexp " + NOT_ENTERED)
    # exp() is chosen when the program starts, and lldb does not ask the rules on that way into the library.
    debugger.HandleCommand("settings append target.process.thread.step-avoid-libraries libc.so.6 libm.so.6")
