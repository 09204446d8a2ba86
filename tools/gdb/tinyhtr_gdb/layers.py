"""Layers, which are structs that hold Variables: by the names and shapes of their parameters."""

import re

import gdb

from . import elements
from .elements import Unreadable, shape_text
from .layout import Record, plain
from .objects import Node, Tensor, base_node_type, node_of, node_pointer, read_vector

MOST_LAYERS = 1000  # of one vector
_known = {}  # tag -> whether it is a layer


def forget(_event=None):
    _known.clear()


def short(tag):
    return tag.replace("tinyhtr::", "")


def _is(kind, name):
    return re.match(r"tinyhtr::%s<(float|double)>$" % name, kind.tag or "")


def _inner_type(kind):
    """X of std::vector<X>, std::optional<X>; else None."""
    if kind.code == gdb.TYPE_CODE_STRUCT and re.match(r"std::(vector|optional)<", kind.tag or ""):
        return plain(kind.template_argument(0))
    return None


def _fields(kind):
    return [field for field in kind.fields() if hasattr(field, "bitpos") and field.name]


def is_layer(kind):
    """Whether the struct, or a layer inside it, holds a Variable."""
    tag = kind.tag
    if kind.code != gdb.TYPE_CODE_STRUCT or not tag or re.match(r"(std|xt|xtl|__gnu_cxx)::", tag):
        return False
    if tag not in _known:
        _known[tag] = False  # a struct that leads to itself
        _known[tag] = any(_holds_variable(plain(field.type)) for field in _fields(kind))
    return _known[tag]


def _holds_variable(kind):
    inner = _inner_type(kind)
    if inner is not None:
        return inner.code == gdb.TYPE_CODE_STRUCT and not _is(inner, "Variable") and is_layer(inner)
    if kind.code != gdb.TYPE_CODE_STRUCT:
        return False
    return bool(_is(kind, "Variable")) or (not base_node_type(kind) and is_layer(kind))


class _Listing:
    """Collects lines, counts parameters."""

    def __init__(self):
        self.lines, self.parameters, self.numbers = [], 0, 0

    def layer(self, record, path):
        for field in _fields(record.kind):
            if field.is_base_class:
                self.layer(_base_record(record, field), path)
            else:
                self.member(record, field, path + field.name)

    def member(self, record, field, path):
        kind = plain(field.type)
        if kind.code in (gdb.TYPE_CODE_FLT, gdb.TYPE_CODE_BOOL) and kind.sizeof <= 8:
            code = "?" if kind.code == gdb.TYPE_CODE_BOOL else {4: "f", 8: "d"}[kind.sizeof]
            self.lines.append("%s = %s" % (path, elements.number(record.unpack(field.name, code))))
        if kind.code != gdb.TYPE_CODE_STRUCT:
            return
        inner = record.inner(field.name)
        try:
            if _is(kind, "Variable"):
                self.variable(inner, path)
            elif _is(kind, "Tensor"):
                self.lines.append("%s %s, not trained" % (path, shape_text(Tensor(inner).shape)))
            elif _inner_type(kind) is not None:
                self.collection(inner, path)
            elif is_layer(kind):
                self.layer(inner, path + ".")
        except Unreadable as problem:
            self.lines.append("%s <%s>" % (path, problem))

    def variable(self, record, path):
        kind, address = node_pointer(record)
        if address == 0:
            self.lines.append(path + " refers to nothing")
            return
        node = Node(Record(kind, address))
        tensor = node.value
        text = elements.parameter_text(path, tensor)
        if node.grad.size > 0:
            text += ", gradient norm " + elements.norm_text(node.grad.read, node.grad.size)
        self.lines.append(text)
        self.parameters += 1
        self.numbers += tensor.size

    def collection(self, record, path):
        kind = _inner_type(record.kind)
        if not is_layer(kind):
            return
        if record.kind.tag.startswith("std::optional<"):
            if record.unpack("_M_payload._M_engaged", "?"):
                place = record.inner("_M_payload._M_payload._M_value")
                self.layer(place, path + ".")
            return
        begin, size = read_vector(record)
        if size % kind.sizeof != 0 or size // kind.sizeof > MOST_LAYERS:
            raise Unreadable("a vector of %d bytes; not made yet, or destroyed" % size)
        for i in range(size // kind.sizeof):
            self.layer(Record(kind, begin + i * kind.sizeof), "%s.%d." % (path, i))


def _base_record(record, field):
    offset = field.bitpos // 8
    return Record(field.type, record.address + offset, record.content, record.offset + offset)


def describe(value):
    """Conv2d<float, Naive>: 2 parameters, 20 numbers, then a line for each."""
    listing = _Listing()
    listing.layer(Record.of(value), "")
    return ": " + elements.layer_text(listing.parameters, listing.numbers, listing.lines)


def fields_to_unfold(value):
    """What an IDE shows below: value, grad, inputs of a node, the fields of a layer."""
    kind = plain(value.type)
    if _is(kind, "Variable"):
        node_kind, address = node_pointer(Record.of(value))
        if address == 0:
            return
        value = gdb.Value(address).cast(node_kind.pointer()).dereference()
        kind = node_kind
    if base_node_type(kind):
        node = node_of(value)
        yield "value", value["value"]
        yield "grad", value["grad"]
        base = base_node_type(kind).pointer()
        for i, address in enumerate(node.inputs[:16]):
            yield "inputs[%d]" % i, gdb.Value(address).cast(base).dereference()
        return
    for field in _fields(kind):
        yield field.name, value[field]
