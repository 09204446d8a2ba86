"""Where the fields of an object lie, asked of the debug information once for each type."""

import struct

import gdb

from .elements import Unreadable

_offsets = {}  # (name of the type, path) -> (offset, type of the field)


def forget(_event=None):
    """The program was compiled anew."""
    _offsets.clear()


def plain(kind):
    """The type without typedefs, const, references."""
    kind = kind.strip_typedefs()
    if kind.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        kind = kind.target().strip_typedefs()
    return kind.unqualified()


def _find_field(kind, name):
    """Offset, type of a field of this struct or of one that it is derived from; None where there is none."""
    for field in kind.fields():
        if not hasattr(field, "bitpos"):
            continue  # static
        if field.name == name and not field.is_base_class:
            return field.bitpos // 8, field.type
        if field.is_base_class:
            found = _find_field(plain(field.type), name)
            if found:
                return field.bitpos // 8 + found[0], found[1]
    return None


def locate(kind, path):
    """(offset in bytes, type) of the field at a path such as "shape_.rank_"."""
    key = (str(kind), path)
    if key not in _offsets:
        offset, at = 0, plain(kind)
        for name in path.split("."):
            found = _find_field(at, name)
            if not found:
                raise Unreadable("the debug information of %s has no field %s; compile with -g" % (kind, name))
            offset, at = offset + found[0], plain(found[1])
        _offsets[key] = offset, at
    return _offsets[key]


def memory(address, size):
    """Bytes of the program, or of a core file; Unreadable where there are none."""
    if size == 0:
        return b""
    try:
        return bytes(gdb.selected_inferior().read_memory(address, size))
    except gdb.MemoryError:
        raise Unreadable("no memory at 0x%x" % address) from None
    except (OverflowError, ValueError):
        raise Unreadable("no memory of %d bytes at 0x%x" % (size, address)) from None


def dereferenced(value):
    """The object that a value, a reference or a pointer means."""
    code = value.type.strip_typedefs().code
    if code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        return value.referenced_value()
    if code == gdb.TYPE_CODE_PTR:
        if int(value) == 0:
            raise Unreadable("a null pointer")
        return value.dereference()
    return value


class Record:
    """An object as bytes, whose fields are found by name; lies in memory, or is a copy that gdb holds."""

    def __init__(self, kind, address, content=None, offset=0):
        self.kind, self.address = plain(kind), address
        self.content = content if content is not None else memory(address, self.kind.sizeof)
        self.offset = offset  # of this object within content

    @staticmethod
    def of(value):
        value = dereferenced(value)
        if value.is_optimized_out:
            raise Unreadable("optimised out")
        if value.address is None:
            return _copy_of(value)
        return Record(value.type, int(value.address))

    def inner(self, path):
        """The struct that is a field of this one."""
        offset, kind = locate(self.kind, path)
        return Record(kind, self.address + offset, self.content, self.offset + offset)

    def unpack(self, path, code):
        return struct.unpack_from("=" + code, self.content, self.offset + locate(self.kind, path)[0])[0]

    def word(self, path):
        return self.unpack(path, "Q")

    def index(self, path):
        return self.unpack(path, "q")


def _copy_of(value):
    """A value without an address (`set $copy = tensor`), as bytes: every field of simple type at its place."""
    content = bytearray(value.type.sizeof)

    def fill(part, offset):
        kind = plain(part.type)
        if kind.code == gdb.TYPE_CODE_STRUCT:
            for field in kind.fields():
                if hasattr(field, "bitpos"):
                    fill(part[field], offset + field.bitpos // 8)
        elif kind.code == gdb.TYPE_CODE_ARRAY:
            low, high = kind.range()
            for i in range(low, high + 1):
                fill(part[i], offset + (i - low) * kind.target().sizeof)
        elif kind.code == gdb.TYPE_CODE_FLT and kind.sizeof in (4, 8):
            struct.pack_into("=f" if kind.sizeof == 4 else "=d", content, offset, float(part))
        elif kind.code != gdb.TYPE_CODE_UNION and kind.sizeof <= 8:
            number = int(part) & ((1 << 8 * kind.sizeof) - 1)
            content[offset:offset + kind.sizeof] = number.to_bytes(kind.sizeof, "little")

    fill(value, 0)
    return Record(value.type, 0, bytes(content))
