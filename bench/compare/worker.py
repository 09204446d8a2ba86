# What the Python workers share: the inputs made by formula, the answers to requests, memory.
import json
import sys
import time

import numpy as np

CLASSES, STEPS = 79, 64
WARM_UP_RUNS = 1  # the driver's first request warms up as well


def numbers(shape, offset, scale):
    """Element i is offset + scale * the upper byte of i * 2654435761 in 32 bits; as in numbers.hpp."""
    levels = (np.arange(np.prod(shape), dtype=np.uint64) * 2654435761 % 2**32) >> 24
    return (offset + scale * levels.astype(np.float32)).astype(np.float32).reshape(shape)


def labels(count):
    """As in numbers.hpp: 4 to 12 letters each, from 78 characters."""
    return [[(7 * n + 13 * i) % 78 for i in range(4 + 5 * n % 9)] for n in range(count)]


def first_words(folder, count):
    """Image files of the first words of a folder in IAM's layout that are marked ok."""
    files = []
    with open(f"{folder}/words.txt", encoding="utf-8") as rows:
        for row in rows:
            fields = row.split(" ")
            if row.startswith("#") or len(fields) < 9 or fields[1] != "ok":
                continue
            form = fields[0].split("-")
            files.append(f"{folder}/words/{form[0]}/{form[0]}-{form[1]}/{fields[0]}.png")
            if len(files) == count:
                break
    return files


def peak_mib():
    """The most memory of this process so far. Linux counts ru_maxrss on from the program that started this one, VmHWM
    from here on."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM")


def blas_library():
    """The BLAS that this process has loaded, with the kernels that it chose where it is OpenBLAS."""
    import ctypes

    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = sorted({line.split()[-1] for line in maps if "blas" in line.split()[-1].lower()})
    for path in paths:
        try:
            core = ctypes.CDLL(path).openblas_get_corename
        except (OSError, AttributeError):
            continue
        core.restype = ctypes.c_char_p
        return f"OpenBLAS ({core().decode()})"
    return ", ".join(path.rsplit("/", 1)[-1] for path in paths) or "none of its own file"


def answer(value):
    print(json.dumps(value), flush=True)


def need(module, package):
    """Imports a module, or says which package has it and ends."""
    try:
        return __import__(module)
    except ImportError as error:
        answer({"error": f"{error}; install {package}"})
        sys.exit(0)


def serve(description, make):
    """Answers "describe" and "NAME/VARIANT REPEATS" with one line of JSON each until the input ends.

    make(name, variant) returns a function without arguments and its number of images; what it throws is the answer.
    """
    ready = {}
    for line in sys.stdin:
        try:
            fields = line.split()
            if fields[0] == "describe":
                answer(description)
                continue
            if fields[0] not in ready:
                run, images = make(*fields[0].split("/"))
                for _ in range(WARM_UP_RUNS):
                    run()
                ready[fields[0]] = run, images
            run, images = ready[fields[0]]
            seconds = []
            for _ in range(int(fields[1])):
                start = time.perf_counter()
                run()
                seconds.append(time.perf_counter() - start)
            answer({"images": images, "seconds": seconds})
        except Exception as error:  # pylint: disable=broad-except; the driver leaves the measurement out
            answer({"error": f"{type(error).__name__}: {error}"[:500]})
