"""PNG files, written with zlib alone. Knows no debugger."""

import math
import struct
import zlib

from .elements import Unreadable, number, shape_text, size_of

MOST_PIXELS = 1 << 26


def write_png(path, rows, width, colour=False):
    """Rows of bytes, grey or red, green, blue."""
    def chunk(name, content):
        checksum = zlib.crc32(name + content) & 0xFFFFFFFF
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2 if colour else 0, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b""))


def tensor_rows(tensor):
    """Rows of grey bytes, width, what was done: (H,W), or the planes of (C,H,W) and (N,C,H,W) side by side.

    min becomes black, max white; NaN and infinity become middle grey. A white line stands between planes.
    """
    shape = tensor.shape
    if not 2 <= len(shape) <= 4 or tensor.size == 0:
        raise Unreadable("a picture has 2 to 4 dimensions, found shape " + shape_text(shape))
    height, width = shape[-2:]
    across = shape[-3] if len(shape) > 2 else 1
    down = shape[0] if len(shape) == 4 else 1
    total_width, total_height = across * (width + 1) - 1, down * (height + 1) - 1
    if total_width * total_height > MOST_PIXELS:
        raise Unreadable("shape %s would be a picture of %d x %d pixels, at most 2^26 are written; choose a part"
                         % (shape_text(shape), total_height, total_width))
    seen = tensor.statistics()
    low, span = (seen.min, seen.max - seen.min) if seen.finite else (0.0, 0.0)

    def grey(x):
        if not math.isfinite(x):
            return 128
        return round((x - low) / span * 255) if span > 0 else 0

    rows = []
    for n in range(down):
        if n > 0:
            rows.append(b"\xff" * total_width)
        plane = height * width
        values = tensor.read(n * across * plane, across * plane)
        for y in range(height):
            starts = [c * plane + y * width for c in range(across)]
            rows.append(b"\xff".join(bytes(map(grey, values[s:s + width])) for s in starts))
    planes = size_of(shape[:-2])
    text = "black is %s, white is %s" % (number(seen.min), number(seen.max)) if seen.finite else "nothing is finite"
    if seen.nan or seen.infinite:
        text += ", %d elements that are not finite are grey" % (seen.nan + seen.infinite)
    if planes > 1:
        text += "; %d planes in %d rows of %d" % (planes, down, across)
    return rows, total_width, text


def image_rows(image):
    """Rows of bytes, width, and whether they are red, green, blue."""
    if image.size == 0 or image.channels not in (1, 3):
        raise Unreadable("a picture has pixels in 1 or 3 channels, found " + image.text())
    pixels, stride = image.pixels(), image.width * image.channels
    return [pixels[y * stride:(y + 1) * stride] for y in range(image.height)], image.width, image.channels == 3
