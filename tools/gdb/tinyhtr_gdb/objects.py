"""Objects of tinyhtr, read out of the program's memory. Nothing is called there, so core files serve as well."""

import array
import re
import struct

import gdb

from . import elements
from .elements import Unreadable, shape_text
from .layout import Record, dereferenced, locate, memory, plain

MOST_ELEMENTS = 1 << 40
CODES = {"float": "f", "double": "d"}


class Tensor:
    """Shape, and where the elements lie."""

    def __init__(self, record):
        self.element = str(plain(record.kind.template_argument(0)))
        self.code = CODES.get(self.element)
        if not self.code:
            raise Unreadable("elements of type %s, known are float, double" % self.element)
        self.item = struct.calcsize(self.code)
        self.shape = read_shape(record.inner("shape_"))
        self.size = elements.size_of(self.shape)
        self.begin = record.word("array_.m_storage.p_begin")
        stored = record.word("array_.m_storage.p_end") - self.begin
        if self.size > 0 and stored != self.size * self.item:
            raise Unreadable("shape %s wants %d bytes, its memory has %d; not made yet, or damaged"
                             % (shape_text(self.shape), self.size * self.item, stored))

    def read(self, begin, count):
        values = array.array(self.code)
        values.frombytes(memory(self.begin + begin * self.item, count * self.item))
        return values

    def text(self, one_line=False):
        return elements.tensor_text(self.read, self.shape, one_line)

    def statistics(self, most=None):
        return elements.statistics(self.read, self.size, most)


def read_shape(record):
    """The extents of a Shape, as a list."""
    rank = record.index("rank_")
    if not 0 <= rank <= 6:
        raise Unreadable("rank %d, expected 0 to 6; not made yet, or destroyed" % rank)
    offset = record.offset + locate(record.kind, "extents_")[0]
    shape = list(struct.unpack_from("=%dq" % rank, record.content, offset))
    if any(extent < 0 for extent in shape) or elements.size_of(shape) > MOST_ELEMENTS:
        raise Unreadable("implausible shape %s; not made yet, or damaged" % shape_text(shape))
    return shape


def read_string(record, width=1, most=1 << 20):
    """The bytes of a std::basic_string: libstdc++ keeps a pointer, then the length."""
    begin, length = struct.unpack_from("=QQ", record.content, record.offset)
    if length > most:
        raise Unreadable("a text of %d characters; not made yet, or destroyed" % length)
    return memory(begin, length * width)


def read_vector(record):
    """First address, bytes of a std::vector."""
    begin, end = record.word("_M_impl._M_start"), record.word("_M_impl._M_finish")
    if end < begin:
        raise Unreadable("a vector that ends before it begins; not made yet, or destroyed")
    return begin, end - begin


class Node:
    """One step of a computation; `inputs` are addresses of nodes."""

    def __init__(self, record):
        self.kind, self.address = record.kind, record.address
        self.id = record.word("id")
        self.op = Node._read_op(record.word("op"))
        self.name = read_string(record.inner("name"), most=4096).decode("utf-8", "replace")
        self.requires_grad = record.unpack("requires_grad", "B") == 1
        self.value_record, self.grad_record = record.inner("value"), record.inner("grad")
        begin, size = read_vector(record.inner("inputs"))
        if size > 1 << 24 or size % 16 != 0:
            raise Unreadable("a node with %d bytes of inputs; not made yet, or destroyed" % size)
        self.inputs = [pointer for pointer, _ in struct.iter_unpack("=QQ", memory(begin, size))]

    @staticmethod
    def _read_op(address):
        """Up to 64 letters; a node that is none has something else there."""
        try:
            text = memory(address, 64)
        except Unreadable:
            text = memory(address, 4096 - address % 4096)[:64]  # the last letters of a page
        text = text.split(b"\0")[0]
        if len(text) < 64 and all(32 < letter < 127 for letter in text):
            return text.decode()
        raise Unreadable("no name of an operation at 0x%x; not a node, or destroyed" % address)

    @property
    def value(self):
        return Tensor(self.value_record)

    @property
    def grad(self):
        return Tensor(self.grad_record)

    def label(self):
        return elements.node_label(self.id, self.op, self.name)

    def summary(self):
        """#4 linear (2,1), gradient norm 4.24"""
        try:
            text = self.label() + " " + shape_text(self.value.shape)
            grad = self.grad
        except Unreadable as problem:
            return "%s <%s>" % (self.label(), problem)
        if grad.size == 0:
            return text + ("" if self.requires_grad else ", constant")
        try:
            norm = elements.norm_text(grad.read, grad.size)
        except Unreadable as problem:
            return "%s <gradient: %s>" % (text, problem)
        return text + ", gradient norm " + norm


def base_node_type(kind):
    """tinyhtr::Node<T> of a struct that is one or is derived from it, else None."""
    if re.match(r"tinyhtr::Node<", kind.tag or ""):
        return kind
    if kind.code == gdb.TYPE_CODE_STRUCT:
        for field in kind.fields():
            if field.is_base_class:
                return base_node_type(plain(field.type))
    return None


def node_pointer(record):
    """(type, address) of the node of a Variable or shared_ptr; address 0 where it refers to nothing."""
    path = "node_._M_ptr" if record.kind.tag.startswith("tinyhtr::Variable<") else "_M_ptr"
    return plain(locate(record.kind, path)[1].target()), record.word(path)


def node_of(value):
    """The Node that a Variable, Node, shared_ptr, or pointer to one of them means."""
    value = dereferenced(value)
    value = dereferenced(value)  # a reference to a pointer
    kind = plain(value.type)
    if base_node_type(kind):
        return Node(Record.of(value))
    tag = kind.tag or ""
    if tag.startswith("tinyhtr::Variable<") or re.match(r"std::shared_ptr<.*Node<.*> ?>", tag):
        node_kind, address = node_pointer(Record.of(value))
        if address == 0:
            raise Unreadable("it refers to nothing")
        try:
            return Node(Record(node_kind, address))
        except Unreadable as problem:
            raise Unreadable("%s; not made yet, or destroyed" % str(problem).split(";")[0]) from None
    raise Unreadable("expected a Variable or a Node, found %s" % (tag or kind))


class Image:
    """A picture of bytes, row after row, channels last."""

    def __init__(self, record):
        self.height, self.width, self.channels = (record.index(name) for name in ("height", "width", "channels"))
        self.begin, size = read_vector(record.inner("pixels"))
        wanted = self.height * self.width * self.channels
        if min(self.height, self.width, self.channels) < 0 or wanted != size or wanted > 1 << 32:
            raise Unreadable("%d x %d x %d pixels, its memory has %d bytes; not made yet, or damaged"
                             % (self.height, self.width, self.channels, size))
        self.size = size

    def text(self):
        return "%d x %d x %d" % (self.height, self.width, self.channels)

    def pixels(self):
        return memory(self.begin, self.size)

    def grey_rows(self):
        """Rows of bytes; the mean of the channels where there are several."""
        pixels, c = self.pixels(), self.channels
        if c > 1:
            pixels = bytes(sum(pixels[i:i + c]) // c for i in range(0, len(pixels), c))
        return [pixels[y * self.width:(y + 1) * self.width] for y in range(self.height)]
