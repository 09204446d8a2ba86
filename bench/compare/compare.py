# The driver of the comparison: asks all workers in turn, round after round, and writes what they answered.
import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import chart
import report
from peers import OURS, Worker, WorkerFailed
from rounds import Candidate, active, leave_out, measure, say, set_up

SHARED = ["train_16", "train_64", "infer_1", "infer_16", "infer_64", "ctc", "lstm", "bilstm", "augment"]
QUICK = ["train_16", "infer_1", "infer_16", "ctc", "bilstm", "augment"]
OURS_ALONE = ["train_8", "train_32", "train_128"]  # with train_16 and train_64: is the time per image flat?


def parse_arguments():
    parser = argparse.ArgumentParser(description="Called by bench/compare.sh.")
    parser.add_argument("--programs", required=True, help="folder with tinyhtr_worker and data_path")
    parser.add_argument("--data", default="data")
    parser.add_argument("--output", required=True)
    parser.add_argument("--torch", action="append", default=[], metavar="PYTHON")
    parser.add_argument("--tensorflow", metavar="PYTHON")
    parser.add_argument("--opencv", metavar="PYTHON")
    parser.add_argument("--blas-core", default="")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3, help="of one measurement in one round")
    parser.add_argument("--minutes", type=float, default=5, help="after which no further round begins")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--command", default="bench/compare.sh")
    parser.add_argument("--revision", default="")
    return parser.parse_args()


def make_workers(options, cores):
    """Every peer at 1, 2, 4, ... threads and at all cores. OpenBLAS may have threads of its own below PyTorch's."""
    here = pathlib.Path(__file__).parent
    counts = sorted({2**k for k in range(cores.bit_length()) if 2**k < cores} | {cores})
    timeout = 60 if options.quick else 300
    workers = []

    def add(peer, label, command, threads, blas_threads=1):
        environment = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(blas_threads),
                       "TINYHTR_THREADS": str(threads)}
        if options.blas_core:
            environment["OPENBLAS_CORETYPE"] = options.blas_core
        workers.append(Worker(peer, label, threads, command, environment, timeout))

    words = ["--data", options.data, "--words", "64" if options.quick else "512"]
    for threads in counts:
        label = f"{threads} thread" + ("s" if threads > 1 else "")
        add(OURS, label, [f"{options.programs}/tinyhtr_worker", *words], threads)
        for number, python in enumerate(options.torch):
            command = [python, str(here / "torch_worker.py"), "--threads", str(threads)]
            peer = "PyTorch" if number == 0 else f"PyTorch ({number + 1})"
            add(peer, label, command, threads)
            if threads > 1:
                add(peer, label + " and BLAS the same", command, threads, threads)
        if options.tensorflow:
            command = [options.tensorflow, str(here / "tensorflow_worker.py"), "--threads", str(threads)]
            add("TensorFlow", label, command, threads)
    if options.opencv:
        add("OpenCV", "1 thread", [options.opencv, str(here / "opencv_worker.py"), *words], 1)
    return workers


def start_all(workers, left_out):
    """Those that answer; the others are named, with what would help."""
    running, failed = [], set()
    for worker in workers:
        if worker.peer in failed:
            continue
        try:
            worker.start()
            running.append(worker)
        except WorkerFailed as error:
            failed.add(worker.peer)
            leave_out(f"{worker.peer} is left out: {error}", left_out)
            worker.stop()
    if OURS in failed:
        raise SystemExit("compare: nothing to compare without tinyhtr_worker")
    return running


def candidates_for(name, workers):
    """By peer, each way to run the measurement. Augmentation is measured on one core."""
    result = {}
    for worker in workers:
        if name in OURS_ALONE and worker.peer != OURS:
            continue
        if name == "augment" and worker.peer == OURS and worker.description["threads"] != 1:
            continue
        for variant in worker.description["measurements"].get(name, []):
            result.setdefault(worker.peer, []).append(Candidate(worker, variant))
    return result


def summary(candidates):
    """The fastest candidate's figures, of those that ran to the end."""
    best = min(active(candidates), key=Candidate.median)
    lower, middle, upper = statistics.quantiles(best.seconds, n=4, method="inclusive")
    return {"candidate": best.label, "seconds": middle, "seconds_quartiles": [lower, upper], "runs": len(best.seconds),
            "images": best.images, "all_candidates": {c.label: c.median() for c in candidates if c.seconds}}


def collect(by_name):
    results = {}
    for name, by_peer in by_name.items():
        peers = {peer: summary(candidates) for peer, candidates in by_peer.items() if active(candidates)}
        if OURS not in peers:
            continue
        ours = peers[OURS]["seconds"]
        results[name] = {"peers": peers, "times_as_fast_as": {peer: figures["seconds"] / ours
                                                              for peer, figures in peers.items() if peer != OURS}}
    return results


def measure_memory(workers, steps, left_out):
    """Of each peer at all cores, as one trains."""
    chosen = {worker.peer: worker for worker in workers if "train_16" in worker.description["measurements"]}
    memory = {}
    for peer, worker in chosen.items():
        try:
            memory[peer] = worker.memory(steps)
        except WorkerFailed as error:
            leave_out(f"{peer}, memory: {error}", left_out)
    return memory


def measure_data_path(options, cores, left_out):
    steps, rounds = ("2", "1") if options.quick else ("20", "3")
    command = [f"{options.programs}/data_path", "--data", options.data, "--steps", steps, "--rounds", rounds, "--json"]
    try:
        result = subprocess.run(command, env={**os.environ, "TINYHTR_THREADS": str(cores)}, check=True,
                                stdout=subprocess.PIPE)
        return json.loads(result.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        leave_out(f"waiting for images: {error}", left_out)
        return None


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def main():
    options = parse_arguments()
    if options.quick:
        options.rounds, options.seconds = 2, 0.01
    cores = len(os.sched_getaffinity(0))
    left_out = []
    load = os.getloadavg()[0]
    if load > 0.3 * cores:
        say(f"the machine is busy (load {load:.1f} on {cores} cores): the figures will be noisy")
    options.started = time.monotonic()
    workers = start_all(make_workers(options, cores), left_out)
    try:
        names = QUICK if options.quick else SHARED + OURS_ALONE
        by_name = {}
        for name in names:
            say(f"set-up: {name}, {time.monotonic() - options.started:.0f} s")
            by_name[name] = candidates_for(name, workers)
            set_up(name, by_name[name], options, left_out)
        rounds = measure(by_name, options, left_out)
    finally:
        for worker in workers:
            worker.stop()
    say("memory, data path")
    versions = {worker.peer: worker.description["versions"] for worker in workers}
    versions[OURS]["revision"] = options.revision
    result = {"date": datetime.date.today().isoformat(), "command": options.command, "processor": processor(),
              "cores": cores, "load_before": load, "system": system(), "blas_core": options.blas_core, "rounds": rounds,
              "versions": versions, "measurements": collect(by_name),
              "memory": measure_memory(workers, 3 if options.quick else 10, left_out),
              "data_path": measure_data_path(options, cores, left_out), "left_out": left_out}
    result["minutes"] = round((time.monotonic() - options.started) / 60, 1)

    output = pathlib.Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    text = report.markdown(result)
    (output / "results.md").write_text(text, encoding="utf-8")
    (output / "results.svg").write_text(chart.svg(result), encoding="utf-8")
    print(text)
    say(f"compare: wrote results.json, results.md and results.svg to {output}")


try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
