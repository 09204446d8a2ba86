"""The elements of a tensor as text: values, sliced where there are many, and their statistics. Knows no debugger."""

import math
import operator

CHUNK = 1 << 20  # elements that are read at a time
MOST_FOR_STATISTICS = 1 << 22  # a printer looks at no more, and says so, to answer within half a second
MOST_SHOWN = 6  # along one axis; more are cut to the first three, "...", the last three


class Unreadable(Exception):
    """An object that is not what its type says; the text says why."""


class Statistics:
    """min, max, mean, deviation and Euclidean norm of the finite elements, and how many are not."""

    def __init__(self, squares=True):
        self.squares = squares  # whether deviation and norm are wanted, which take as long as all others
        self.count = self.finite = self.nan = self.infinite = self.zeros = 0
        self.min, self.max, self.sum, self.sum_of_squares = math.inf, -math.inf, 0.0, 0.0

    def add(self, values):
        self.count += len(values)
        if not math.isfinite(sum(values)):  # some element is not, or the sum is too large
            nan = sum(map(operator.ne, values, values))
            finite = [x for x in values if math.isfinite(x)]
            self.nan += nan
            self.infinite += len(values) - nan - len(finite)
            values = finite
        if len(values) == 0:
            return
        self.finite += len(values)
        self.min, self.max = min(self.min, min(values)), max(self.max, max(values))
        self.sum += sum(values)
        if self.squares:
            self.zeros += values.count(0.0)
            self.sum_of_squares += sum(map(operator.mul, values, values))

    @property
    def mean(self):
        return self.sum / self.finite if self.finite else math.nan

    @property
    def deviation(self):
        if not self.finite:
            return math.nan
        return math.sqrt(max(0.0, self.sum_of_squares / self.finite - self.mean ** 2))

    @property
    def norm(self):
        if self.nan or self.infinite:
            return math.nan if self.nan else math.inf
        return math.sqrt(self.sum_of_squares)

    def text(self, total):
        """min -3 max 7 mean 2.5, 1 NaN"""
        parts = []
        if self.finite:
            parts.append("min %s max %s mean %s" % (number(self.min), number(self.max), number(self.mean)))
        if self.nan:
            parts.append("%d NaN" % self.nan)
        if self.infinite:
            parts.append("%d infinite" % self.infinite)
        if self.count < total:
            parts.append("of the first %d elements" % self.count)
        return ", ".join(parts)


def statistics(read, size, most=None, squares=True):
    """Of `size` elements, or of the first `most`; read(begin, count) gives an array of them."""
    result = Statistics(squares)
    end = size if most is None else min(size, most)
    for begin in range(0, end, CHUNK):
        result.add(read(begin, min(CHUNK, end - begin)))
    return result


def norm_text(read, size):
    """The Euclidean norm, of as many elements as a printer looks at."""
    seen = statistics(read, size, MOST_FOR_STATISTICS)
    return number(seen.norm) + (" of the first %d elements" % seen.count if seen.count < size else "")


def parameter_text(path, tensor):
    """conv1.weight (2,1,3,3)  min -0.6 max 0.8 mean 0.05"""
    seen = statistics(tensor.read, tensor.size, MOST_FOR_STATISTICS, squares=False)
    return "%s %s  %s" % (path, shape_text(tensor.shape), seen.text(tensor.size))


def layer_text(parameters, numbers, lines):
    """2 parameters, 20 numbers, then the lines."""
    text = "%d parameter%s, %d numbers" % (parameters, "" if parameters == 1 else "s", numbers)
    return text + "".join("\n  " + line for line in lines)


def node_label(identity, op, name):
    """#4 linear; #2 classes.weight, a parameter; #48 dropout blocks.0, a result that has a name."""
    return "#%d %s" % (identity, " ".join(([op] if op != "leaf" or not name else []) + ([name] if name else [])))


def size_of(shape):
    size = 1
    for extent in shape:
        size *= extent
    return size


def shape_text(shape):
    return "(" + ",".join(map(str, shape)) + ")"


def number(x):
    return "%.6g" % x


def row_text(read, begin, count):
    """[1, 2, 3, ..., 8, 9, 10]"""
    if count <= MOST_SHOWN:
        shown = [number(x) for x in read(begin, count)] if count else []
    else:
        half = MOST_SHOWN // 2
        shown = [number(x) for x in read(begin, half)] + ["..."]
        shown += [number(x) for x in read(begin + count - half, half)]
    return "[" + ", ".join(shown) + "]"


def plane_rows(read, begin, rows, columns):
    """The rows of a matrix, as one text each."""
    if rows <= MOST_SHOWN:
        return [row_text(read, begin + r * columns, columns) for r in range(rows)]
    half = MOST_SHOWN // 2
    top = [row_text(read, begin + r * columns, columns) for r in range(half)]
    return top + ["..."] + [row_text(read, begin + r * columns, columns) for r in range(rows - half, rows)]


def values_text(read, shape, one_line=False):
    """The values as nested lists; of more than two dimensions, where they do not fit a line, the first plane."""
    size = size_of(shape)
    if len(shape) == 0:
        return number(read(0, 1)[0])
    if len(shape) == 1 or one_line:
        return row_text(read, 0, size)
    rows, columns = shape[-2:]
    planes = size // (rows * columns)
    if planes == 1 or (size <= 64 and rows <= MOST_SHOWN and columns <= MOST_SHOWN and planes <= MOST_SHOWN):
        texts = ["[" + ", ".join(plane_rows(read, p * rows * columns, rows, columns)) + "]" for p in range(planes)]
        for i, extent in enumerate(reversed(shape[:-2])):
            between = ", " if i > 0 or sum(map(len, texts)) <= 90 else ",\n   "
            texts = [("[" if between == ", " else "\n  [") + between.join(texts[i:i + extent]) + "]"
                     for i in range(0, len(texts), extent)]
        if max(map(len, texts[0].split("\n"))) <= 100:
            return texts[0]
    lines = plane_rows(read, 0, rows, columns)
    text = "\n  [" + ",\n   ".join(lines) + "]"
    if len(shape) > 2:
        text = "\n  [" + ",".join(["0"] * (len(shape) - 2)) + "] =" + text
        if planes > 1:
            text += "\n  and %d planes more" % (planes - 1)
    return text


def tensor_text(read, shape, one_line=False):
    """(2,3) [[1, 2, 3], [4, 5, 6]]  min 1 max 6 mean 3.5"""
    size = size_of(shape)
    if size == 0:
        return shape_text(shape) + " empty"
    values = values_text(read, shape, one_line)
    text = shape_text(shape) + (values if values.startswith("\n") else " " + values)
    if size == 1:
        return text
    seen = statistics(read, size, MOST_FOR_STATISTICS, squares=False)
    return text + ("\n  " if "\n" in text else "  ") + seen.text(size)
