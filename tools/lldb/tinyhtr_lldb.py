"""Teaches lldb what the objects of tinyhtr are: `command script import tools/lldb/tinyhtr_lldb.py`."""

import array
import os
import struct
import sys

import lldb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gdb"))

from tinyhtr_gdb import elements  # noqa: E402: the texts are gdb's, and need no gdb
from tinyhtr_gdb.elements import Unreadable, shape_text  # noqa: E402

MOST_ELEMENTS = 1 << 40


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


def describe_node(value):
    try:
        number, name = word(value, "id"), read_text(field(value, "name")).decode("utf-8", "replace")
        op = memory(value, word(value, "op"), 64).split(b"\0")[0].decode("ascii", "replace")
    except Unreadable as problem:
        raise Unreadable("%s; not made yet, or destroyed" % str(problem).split(";")[0]) from None
    result, grad = Tensor(field(value, "value")), Tensor(field(value, "grad"))
    text = "#%d %s %s" % (number, name or op, shape_text(result.shape))
    if grad.size > 0:
        norm = elements.statistics(grad.read, grad.size, elements.MOST_FOR_STATISTICS).norm
        text += ", gradient norm " + elements.number(norm)
    text += "\n  value " + result.text(one_line=True)
    return text + ("\n  grad  " + grad.text(one_line=True) if grad.size > 0 else "")


def describe_image(value):
    height, width, channels = (index(value, name) for name in ("height", "width", "channels"))
    begin, end = (word(value, "pixels._M_impl." + name) for name in ("_M_start", "_M_finish"))
    if end - begin != height * width * channels:
        raise Unreadable("%d x %d x %d pixels, its memory has %d bytes; not made yet, or damaged"
                         % (height, width, channels, end - begin))
    return "%d x %d x %d" % (height, width, channels)


def describe_vocabulary(value):
    text = read_text(field(value, "characters_"), 4, 0x110000).decode("utf-32-le", "replace")
    return 'of %d characters, blank %d: "%s"' % (len(text), len(text), text)


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
    "([A-Za-z]+)?Node<.*>": "node", "Image": "image", "Vocabulary": "vocabulary",
}


def __lldb_init_module(debugger, _dictionary):
    for kind, name in SUMMARIES.items():
        types = '-w tinyhtr -p -x "^(const )?tinyhtr::%s( ?&)?$"' % kind
        debugger.HandleCommand("type summary add %s -F %s.%s_summary" % (types, __name__, name))
        if name != "node":
            debugger.HandleCommand("type synthetic add %s -l %s.NothingBelow" % (types, __name__))
    debugger.HandleCommand("type category enable tinyhtr")
    debugger.HandleCommand("settings set target.process.thread.step-avoid-regexp "
                           "(^| )(std|__gnu_cxx|xt|xtl)::"
                           "|^tinyhtr::(Shape|Tensor<[a-z]+>|MemoryPool|Variable<[a-z]+>)::")
