#!/usr/bin/env python3
"""What each block size of the kernels is worth: builds benchmarks with other values, and compares their times.

usage: bench/block_sizes.py [--only NAME ...] [--rounds N] [--min-time SECONDS] [--build FOLDER] [--list]
                            [--build-only]

For every constant of the list below, its header is copied with another value in it, the file of benchmarks that
measures it is compiled against the copy, and all values' programs run in turn, one thread each, in every round. The
table has a value's time over that of the value in the header: the geometric mean over the rows, of the least of all
rounds, which other guests of the machine disturbed least, and the rows' extremes. "again" is the header's own value,
measured a second time: how far two measurements of one thing lie apart. --list checks that every constant is still in its header, once, and measures nothing.
"""
import argparse
import dataclasses
import json
import math
import pathlib
import shlex
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Constant:
    name: str
    header: str     # below include/tinyhtr
    text: str       # what stands there, {} for the value
    value: str      # that it has
    others: tuple   # to try
    bench: str      # below bench
    rows: str       # a regular expression


WINOGRAD = "^conv2d/(forward|backward)/Winograd_NHWC/float/"
DWEIGHT = "^conv2d/dweight/Direct_NHWC/float/.*/k3/"
NORMS = "^batch_norm(_relu|_add_relu_dropout)?/(forward|backward)/Fused/float/"

CONSTANTS = (
    Constant("tiles at once, log2 of bytes", "kernels/winograd_correlation.hpp", "(Index{{1}} << {}) / static_cast", "18",
             ("15", "17", "19", "21"), "kernels/conv2d_bench.cpp", WINOGRAD + "(16->16@32|32|64)"),
    Constant("images at once, log2 of bytes", "kernels/winograd_correlation.hpp", "(Index{{1}} << {}) / static_cast", "19",
             ("16", "18", "20"), "kernels/conv2d_bench.cpp", WINOGRAD + "(32|64)"),
    Constant("narrow_tiles", "kernels/winograd_correlation.hpp", "narrow_tiles = {};", "16", ("8", "32", "128"),
             "kernels/conv2d_bench.cpp", WINOGRAD + "16->16"),
    Constant("images_per_partial_sum", "kernels/conv_sizes.hpp", "images_per_partial_sum = {};", "4", ("1", "2", "8", "16"),
             "kernels/conv2d_bench.cpp", "^conv2d/dweight/Automatic_NHWC/float/"),
    Constant("second_level_cache, log2 of bytes", "kernels/conv2d_weight_gradient.hpp",
             "second_level_cache = (Index{{1}} << {})", "18", ("14", "16", "17", "19", "20"), "kernels/conv2d_bench.cpp",
             DWEIGHT),
    Constant("most_elements of a row, log2", "kernels/conv2d_pixels.hpp", "most_elements = Index{{1}} << {};", "16",
             ("0", "12", "14", "18"), "kernels/conv2d_bench.cpp",
             "^conv2d/(forward|backward)/Direct_NHWC/float/.*/s1/k1/"),
    Constant("vectors of a band", "kernels/padded_planes.hpp", "std::max<Index>(1, {} / std::max", "8", ("2", "4", "16"),
             "kernels/conv2d_bench.cpp", "^conv2d/(forward|backward)/Direct/float/.*/k3/"),
    Constant("columns at once, log2 of bytes", "kernels/conv2d_im2col.hpp", "(Index{{1}} << {}) / std::max", "17",
             ("15", "16", "18", "19", "21"), "kernels/conv2d_bench.cpp", "^conv2d/(forward|backward)/Im2col/float/.*/k3/"),
    Constant("norm_chunk", "kernels/batch_statistics.hpp", "norm_chunk = {};", "512", ("128", "256", "1024", "4096"),
             "kernels/batch_norm_bench.cpp", NORMS),
    Constant("elements of a chunk", "kernels/channel_sums.hpp", "std::clamp<Index>({} / std::max", "1024",
             ("256", "512", "2048", "4096"), "kernels/batch_norm_bench.cpp", NORMS.replace("Fused", "Fused_NHWC")),
    Constant("lstm_batch_piece", "kernels/lstm.hpp", "lstm_batch_piece = {};", "8", ("2", "4", "16"),
             "kernels/lstm_bench.cpp", "^bi_lstm/(forward|backward)/BothDirections/float/"),
    Constant("vectors of a panel", "kernels/packed_matrix.hpp", "vector_bytes == 64 ? {} : 3;", "2", ("1", "3", "4"),
             "kernels/lstm_bench.cpp", "^bi_lstm/(forward|backward)/BothDirections/float/"),
    Constant("gemm_row_piece", "kernels/linear.hpp", "gemm_row_piece = {};", "128", ("32", "64", "256", "512"),
             "kernels/linear_bench.cpp", "^linear/.*/float/"),
    Constant("elements_at_once, log2", "models/folded_word_net.hpp", "elements_at_once = Index{{1}} << {};", "16",
             ("13", "15", "17", "19"), "decode/reading_bench.cpp", "network"),
)


class BlockSizesError(Exception):
    pass


def changed_header(constant, value):
    """The text of the constant's header with this value."""
    path = ROOT / "include" / "tinyhtr" / constant.header
    text, found = path.read_text(), constant.text.format(constant.value)
    if text.count(found) != 1:
        raise BlockSizesError(f"{path.relative_to(ROOT)}: expected '{found}' once, found it {text.count(found)} times")
    return text.replace(found, constant.text.format(value))


def compile_command(build, source):
    """The compiler's command for a file of benchmarks, as words, without its output."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if pathlib.Path(entry["file"]) == source:
            words = shlex.split(entry["command"])
            at = words.index("-o")
            return words[:at] + words[at + 2:]
    raise BlockSizesError(f"{build}: no command compiles {source}")


def build_program(constant, value, place, build):
    """Compiles the benchmarks against the changed header, which the compiler finds before the library's own; unless that
    was done since anything changed. Without a value: against the library as it is."""
    program = place / "bench"
    sources = [path for folder in ("include", "bench") for path in (ROOT / folder).rglob("*.[hc]pp")]
    sources += [pathlib.Path(__file__), build / "compile_commands.json"]
    if program.exists() and program.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return program
    place.mkdir(parents=True, exist_ok=True)
    if value is not None:
        header = place / "include" / "tinyhtr" / constant.header
        header.parent.mkdir(parents=True, exist_ok=True)
        header.write_text(changed_header(constant, value))
    command = compile_command(build, ROOT / "bench" / constant.bench)
    start = next(i for i, word in enumerate(command) if word.startswith("-I"))
    main = next(build.glob("**/tinyhtr_bench_main.dir/support/main.cpp.o"))
    # Of bench_kernels and others the link's command knows where the libraries are.
    links = subprocess.run(["ninja", "-C", str(build), "-t", "commands", f"bench_{constant.bench.split('/')[0]}"],
                           check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    libraries = [word for word in shlex.split(links) if word.startswith("-Wl,") or ".so" in word or word.endswith(".a")]
    libraries = [str(build / word) if not word.startswith(("/", "-")) else word for word in libraries]
    subprocess.run([*command[:start], f"-I{place / 'include'}", *command[start:], "-o", str(place / "bench.o")], check=True)
    subprocess.run([command[0], str(place / "bench.o"), str(main), "-o", str(program), *libraries, "-lpthread"], check=True)
    return program


def times_of(program, constant, min_time):
    """One measurement of every row: {row: nanoseconds of processor time}."""
    out = program.parent / "rows.json"
    ran = subprocess.run([str(program), f"--benchmark_filter={constant.rows}", f"--benchmark_min_time={min_time}",
                          f"--benchmark_out={out}", "--benchmark_out_format=json"], capture_output=True, text=True)
    if ran.returncode != 0:
        raise BlockSizesError(f"{program} ended with {ran.returncode}: {ran.stderr[-1000:]}")
    text = out.read_text()
    found = json.loads(text)["benchmarks"] if text else []
    if not found:
        raise BlockSizesError(f"{constant.name}: no row matches '{constant.rows}'")
    scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    return {row["name"]: row["cpu_time"] * scale[row["time_unit"]] for row in found}


def compare(constant, programs, rounds, min_time):
    """{value: {row: least time over that of the header's value}}, the programs in turn in every round."""
    times = {value: [] for value in programs}
    for turn in range(rounds):
        order = list(programs) if turn % 2 == 0 else list(programs)[::-1]
        for value in order:
            times[value].append(times_of(programs[value], constant, min_time))
    least = {value: {row: min(each[row] for each in found) for row in found[0]} for value, found in times.items()}
    return {value: {row: time / least[constant.value][row] for row, time in rows.items()} for value, rows in least.items()}


def table_row(constant, ratios):
    def cell(value):
        found = ratios[value].values()
        mean = math.exp(statistics.fmean(map(math.log, found)))
        return f"{value}: {mean:.2f}" + (f" ({min(found):.2f} to {max(found):.2f})" if len(found) > 1 else "")
    others = ", ".join(cell(value) for value in constant.others)
    return (f"| {constant.name} | `{constant.header}` | **{constant.value}** | {others} | {cell('again')[7:]} | "
            f"{len(ratios[constant.value])} of `{constant.rows.replace('|', chr(92) + '|')}` |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="constants whose name contains one of these")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--min-time", type=float, default=0.02, help="seconds that a row takes in each round, at least")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bench",
                        help="where to build, as bench/run.sh does (default: build/bench)")
    parser.add_argument("--list", action="store_true", help="print the constants, after a look whether they are there")
    parser.add_argument("--build-only", action="store_true", help="compile all programs, to measure them another time")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        raise BlockSizesError(f"expected one round or more, found {arguments.rounds}")
    chosen = [each for each in CONSTANTS
              if not arguments.only or any(part in each.name for part in arguments.only)]
    if not chosen:
        raise BlockSizesError(f"no constant is named so: {' '.join(arguments.only)}")
    for constant in chosen:
        changed_header(constant, constant.value)
        if arguments.list:
            print(f"{constant.name}: {constant.value} in {constant.header}; also {', '.join(constant.others)}")
    if arguments.list:
        return
    build = arguments.build.resolve()
    if not (build / "compile_commands.json").exists():
        subprocess.run(["cmake", "--preset", "release", "-B", str(build), "-DTINYHTR_BUILD_TESTS=OFF",
                        "-DTINYHTR_BUILD_EXAMPLES=OFF"], check=True, cwd=ROOT, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", str(build), "--target", "tinyhtr_bench_main"], check=True, stdout=sys.stderr)
    if not arguments.build_only:
        print("| constant | header | value | others: time over that value's (rows' extremes) | again | rows |")
        print("| --- | --- | ---: | --- | --- | --- |", flush=True)
    for number, constant in enumerate(CONSTANTS):
        if constant not in chosen:
            continue
        programs = {}
        folder = build / "block_sizes"
        base = build_program(constant, None, folder / pathlib.Path(constant.bench).stem, build)
        programs[constant.value] = programs["again"] = base
        for value in constant.others:
            programs[value] = build_program(constant, value, folder / f"{number}_{value}", build)
        if not arguments.build_only:
            print(table_row(constant, compare(constant, programs, arguments.rounds, arguments.min_time)), flush=True)


if __name__ == "__main__":
    try:
        main()
    except (BlockSizesError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench/block_sizes.py: {error}")
