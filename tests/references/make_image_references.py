# The reference values of the image tests: OpenCV's results, and small image files of many formats.
"""Writes tests/references/image/. Run it only to make them anew: python3 make_image_references.py

Needs numpy and OpenCV (values made with 4.6). All arrays are uint8, (H,W,C), red first; stacks have a first axis more.
The parameters here stand in the tests once more.
"""
import pathlib
import struct
import zlib

import cv2
import numpy as np

folder = pathlib.Path(__file__).parent / "image"
folder.mkdir(exist_ok=True)
random = np.random.RandomState(20)


def save(name, array):
    np.save(folder / (name + ".npy"), np.ascontiguousarray(array, dtype=np.uint8))


def with_channels(array):
    return array if array.ndim == 3 else array[:, :, None]


def stack(images):
    return np.stack([with_channels(image) for image in images])


# ---- inputs
def writing(height, width, text):
    image = np.full((height, width), 235, np.uint8)
    cv2.putText(image, text, (1, height - 6), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, height / 32, 40, 2, cv2.LINE_AA)
    return np.clip(image + random.randint(-9, 10, image.shape), 0, 255).astype(np.uint8)


y, x = np.mgrid[0:23, 0:37]
colour = np.stack([7 * x, 255 - 11 * y, 3 * x + 5 * y], axis=2) + random.randint(-20, 21, (23, 37, 3))
inputs = {
    "colour": np.clip(colour, 0, 255).astype(np.uint8),
    "noise": random.randint(0, 256, (24, 30, 3)).astype(np.uint8),
    "grey": writing(29, 17, "a"),
    "word": writing(40, 90, "word"),
    "pixel": np.array([[[200, 30, 90]]], np.uint8),
    "row": random.randint(0, 256, (1, 9, 3)).astype(np.uint8),
}
for name, image in inputs.items():
    save("input_" + name, with_channels(image))

# ---- resize
for name, sizes in {"colour": [(32, 128), (11, 18), (46, 74), (5, 3), (1, 1)], "word": [(32, 128), (20, 45), (7, 100)],
                    "grey": [(13, 40)], "pixel": [(4, 7)], "row": [(3, 5)]}.items():
    for height, width in sizes:
        save(f"resize_{name}_{height}x{width}", with_channels(cv2.resize(inputs[name], (width, height))))

# ---- letterbox, as mltu's ImageResizer.resize_maintaining_aspect_ratio does it
for name, height, width in [("colour", 32, 128), ("grey", 32, 128), ("word", 33, 50), ("pixel", 6, 9), ("row", 9, 4)]:
    image = inputs[name]
    ratio = min(width / image.shape[1], height / image.shape[0])
    size = max(1, int(image.shape[1] * ratio)), max(1, int(image.shape[0] * ratio))
    down, right = height - size[1], width - size[0]
    boxed = cv2.copyMakeBorder(cv2.resize(image, size), down // 2, down - down // 2, right // 2, right - right // 2,
                               cv2.BORDER_CONSTANT, value=[250, 120, 3])
    save(f"letterbox_{name}_{height}x{width}", with_channels(boxed))


# ---- augmentations, as mltu's augmentors do them
def brightness(image, factor):
    hsv = np.array(cv2.cvtColor(image, cv2.COLOR_RGB2HSV), dtype=np.float32)
    hsv[:, :, 1] *= factor
    hsv[:, :, 2] *= factor
    return cv2.cvtColor(np.uint8(np.clip(hsv, 0, 255)), cv2.COLOR_HSV2RGB)


def sharpen(image, lightness, alpha):
    identity = np.zeros((3, 3), np.float32)
    identity[1, 1] = 1
    edges = np.full((3, 3), -1, np.float32)
    edges[1, 1] = 8 + lightness
    return cv2.filter2D(image, -1, (1 - alpha) * identity + alpha * edges)


def rotate(image, degrees):
    height, width = image.shape[:2]
    centre = width // 2, height // 2
    matrix = cv2.getRotationMatrix2D(centre, degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width, new_height = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[0, 2] += new_width / 2 - centre[0]
    matrix[1, 2] += new_height / 2 - centre[1]
    return cv2.warpAffine(image, matrix, (new_width, new_height), borderValue=[250, 120, 3])


for name in ["colour", "noise", "pixel"]:
    save("brightness_" + name, stack([brightness(inputs[name], f) for f in [0.61, 1.0, 1.39, 1.9]]))
grey_in_three = np.repeat(inputs["word"][:, :, None], 3, axis=2)
save("brightness_word", stack([brightness(grey_in_three, f)[:, :, :1] for f in [0.61, 1.0, 1.39, 1.9]]))
for name in ["colour", "grey", "pixel", "row"]:
    for operation, function in [("erode", cv2.erode), ("dilate", cv2.dilate)]:
        kernels = [np.ones((k, k), np.uint8) for k in [1, 2, 3, 4, 5, 40]]
        save(f"{operation}_{name}", stack([function(inputs[name], kernel) for kernel in kernels]))
for name in ["noise", "grey", "word", "pixel", "row"]:
    save("sharpen_" + name, stack([sharpen(inputs[name], *p) for p in [(0.75, 0.25), (2, 1), (1.3, 0.6)]]))
for name, angles in {"colour": [0, 10, -7, 33, 90, 180], "grey": [10, -45], "word": [-10, 4], "pixel": [10, 90],
                     "row": [10]}.items():
    for degrees in angles:
        save(f"rotate_{name}_{degrees}", with_channels(rotate(inputs[name], degrees)))


# ---- image files, with what OpenCV reads from them; where it cannot read a format, with what was put in
def png(width, height, depth, colour_type, rows, extra=(), interlace=0):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*part) for part in extra)
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)) + chunk(b"IEND", b""))


def adam7(array):
    return [line.tobytes() for top, left, down, right in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4),
                                                          (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
            for line in array[top::down, left::right] if line.size]


def encoded(ending, image, *options):
    done, data = cv2.imencode(ending, image, list(options))
    assert done
    return data.tobytes()


def gif(indices, palette):  # without compression: a clear code before the table of codes grows beyond 9 bits
    codes = []
    for i, index in enumerate(indices.flatten()):
        codes += [256] * (i % 250 == 0) + [int(index)]
    bits = "".join(format(code, "09b")[::-1] for code in codes + [257])
    data = bytes(int(bits[i:i + 8].ljust(8, "0")[::-1], 2) for i in range(0, len(bits), 8))
    blocks = b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))
    height, width = indices.shape
    return (b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + palette.tobytes() + b","
            + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x08" + blocks + b"\0;")


small = inputs["colour"][:13, :19]
bgr = small[:, :, ::-1]
grey = inputs["word"][:13, 20:39]
deep = (small.astype(np.uint16) << 8) + random.randint(0, 256, small.shape).astype(np.uint16)
alpha = random.randint(0, 256, grey.shape).astype(np.uint8)
palette = random.randint(0, 256, (256, 3)).astype(np.uint8)
indices = random.randint(0, 200, grey.shape).astype(np.uint8)
bits = [np.packbits(row > 128).tobytes() for row in grey]
sixteen = [(row.astype(np.uint16) << 8).astype(">u2").tobytes() for row in grey]
height, width = grey.shape
smooth = cv2.GaussianBlur(cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC), (0, 0), 2)
files = {
    "grey.png": encoded(".png", grey),
    "colour.png": encoded(".png", bgr),
    "rgba.png": encoded(".png", np.dstack([bgr, alpha])),
    "grey_alpha.png": png(width, height, 8, 4, [row.tobytes() for row in np.dstack([grey, alpha])]),
    "palette.png": png(width, height, 8, 3, [row.tobytes() for row in indices], [(b"PLTE", palette.tobytes())]),
    "palette_alpha.png": png(width, height, 8, 3, [row.tobytes() for row in indices],
                             [(b"PLTE", palette.tobytes()), (b"tRNS", bytes(range(200)))]),
    "transparent_colour.png": png(width, height, 8, 2, [row.tobytes() for row in small],
                                  [(b"tRNS", struct.pack(">HHH", *[int(v) for v in small[2, 3]]))]),
    "one_bit.png": png(width, height, 1, 0, bits),
    "grey16.png": png(width, height, 16, 0, sixteen),
    "colour16.png": encoded(".png", deep[:, :, ::-1]),
    "interlaced.png": png(width, height, 8, 2, adam7(small), interlace=1),
    "pixel.png": encoded(".png", np.array([[[9, 130, 255]]], np.uint8)),
    "grey.jpg": encoded(".jpg", grey, cv2.IMWRITE_JPEG_QUALITY, 90),
    "colour.jpg": encoded(".jpg", smooth[:, :, ::-1], cv2.IMWRITE_JPEG_QUALITY, 90),
    "progressive.jpg": encoded(".jpg", grey, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "colour.bmp": encoded(".bmp", bgr),
    "grey.bmp": encoded(".bmp", grey),
    "colour.ppm": encoded(".ppm", bgr),
    "grey.pgm": encoded(".pgm", grey),
}
for name, data in files.items():
    (folder / name).write_bytes(data)
    path, reference = str(folder / name), "read_" + name.replace(".", "_")
    save(reference, cv2.imread(path, cv2.IMREAD_COLOR)[:, :, ::-1])
    save(reference + "_grey", with_channels(cv2.imread(path, cv2.IMREAD_GRAYSCALE)))

files = {
    "colour.tga": struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, width, height, 24, 0x20) + bgr.tobytes(),
    "colour.gif": gif(indices, palette),
    "colour.psd": (b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3) + bytes(12) + struct.pack(">H", 0)
                   + b"".join(small[:, :, c].tobytes() for c in range(3))),
    "colour.hdr": encoded(".hdr", bgr.astype(np.float32) / 255),
}
for name, data in files.items():
    (folder / name).write_bytes(data)
save("read_colour_tga", small)
save("read_colour_gif", palette[indices])
save("read_colour_psd", small)
light = cv2.imread(str(folder / "colour.hdr"), cv2.IMREAD_UNCHANGED)[:, :, ::-1]
save("read_colour_hdr", np.clip(light ** (1 / 2.2) * 255 + 0.5, 0, 255))

# ---- broken files
whole = (folder / "colour.png").read_bytes()
(folder / "deep_16bit.pgm").write_bytes(b"P5 2 2 65535\n" + bytes(range(8)))
(folder / "huge.png").write_bytes(png(1 << 20, 1 << 10, 1, 0, [b""]))
(folder / "unknown_chunk.png").write_bytes(png(width, height, 8, 0, [row.tobytes() for row in grey], [(b"ABcd", b"x")]))
(folder / "short_pixels.png").write_bytes(png(width, height, 8, 0, [row.tobytes() for row in grey[:5]]))
damaged = bytearray(whole)
damaged[len(whole) // 2] ^= 1
(folder / "damaged.png").write_bytes(damaged)
