#!/usr/bin/env python3
"""Reads event files with TensorBoard's own readers and compares all of it with what was written.

    tensorboard_consumer FOLDER EXPECTED.json
    check_tensorboard.py FOLDER EXPECTED.json

Three readers: EventAccumulator (old values as they are in the file), the readers behind TensorBoard's pages without its
data server, and the program itself with its data server, asked over HTTP as a browser would.
"""
import io
import json
import logging
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import numpy as np
import PIL.Image
from tensorboard import context
from tensorboard.backend.event_processing import (data_provider, event_accumulator, event_file_loader,
                                                  plugin_event_multiplexer)
from tensorboard.data import provider as provider_base
from tensorboard.plugins.histogram import summary_v2 as histogram_summary
from tensorboard.util import tensor_util

SECONDS_TO_START = 90


def fail(message):
    sys.exit(f"check_tensorboard.py: {message}")


def check(condition, message):
    if not condition:
        fail(message)


def number(value):
    """A number of EXPECTED.json, where those that JSON lacks are words."""
    return float(value)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def check_points(where, found, expected):
    expected = [(step, number(value)) for step, value in expected]
    check([step for step, _ in found] == [step for step, _ in expected],
          f"{where}: found the steps {[s for s, _ in found]}, expected {[s for s, _ in expected]}")
    for (step, value), (_, wanted) in zip(found, expected):
        check(same(float(value), wanted), f"{where}: found {value} at step {step}, expected {wanted}")


def check_png(where, png, height, width, channels, total):
    check(png[:8] == b"\x89PNG\r\n\x1a\n", f"{where}: no PNG")
    image = PIL.Image.open(io.BytesIO(png))
    image.load()
    check(image.size == (width, height), f"{where}: an image of {image.size}, expected {(width, height)}")
    check(image.mode == {1: "L", 3: "RGB"}[channels], f"{where}: an image of mode {image.mode}")
    check(int(np.asarray(image).astype(np.int64).sum()) == total, f"{where}: the pixels differ")


def check_histogram(where, found, buckets, values):
    """found (buckets,3): against TensorBoard's own buckets for these values."""
    found = np.asarray(found, dtype=np.float64)
    summary = histogram_summary.histogram_pb("x", np.asarray(values, dtype=np.float32), buckets=buckets)
    wanted = tensor_util.make_ndarray(summary.value[0].tensor)
    check(found.shape == wanted.shape, f"{where}: shape {found.shape}, expected {wanted.shape}")
    check(found[:, 2].sum() == len(values), f"{where}: {found[:, 2].sum()} values, expected {len(values)}")
    check(np.allclose(found, wanted, rtol=1e-6, atol=1e-9), f"{where}: the buckets differ:\n{found}\n{wanted}")


def check_accumulator(folder, name, run):
    """The values as the file has them; orphaned ones dropped at the start of a session."""
    reader = event_accumulator.EventAccumulator(str(folder / name), size_guidance={
        kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE})
    reader.Reload()
    tags = reader.Tags()
    if run["complete"]:
        check(set(tags["scalars"]) == set(run["scalars"]), f"{name}: the scalars {tags['scalars']}")
        check(set(tags["images"]) == set(run["images"]), f"{name}: the images {tags['images']}")
    for tag, points in run["scalars"].items():
        check_points(f"{name}: {tag}", [(event.step, event.value) for event in reader.Scalars(tag)], points)
        times = [event.wall_time for event in reader.Scalars(tag)]
        check(all(0 <= time.time() - t < 3600 for t in times) and times == sorted(times), f"{name}: {tag}: the times")
    for tag, images in run["images"].items():
        events = reader.Images(tag)
        check(len(events) == len(images), f"{name}: {tag}: {len(events)} images, expected {len(images)}")
        for event, (step, height, width, channels, total) in zip(events, images):
            check((event.step, event.height, event.width) == (step, height, width), f"{name}: {tag}: {event}")
            check_png(f"{name}: {tag}", event.encoded_image_string, height, width, channels, total)


def check_provider(folder, expected):
    """What TensorBoard's pages are made of, read by its Python code."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={"tensors": 0}, tensor_size_guidance={k: 0 for k in ("scalars", "images", "text", "histograms")})
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    nothing, many = context.RequestContext(), 1 << 30

    def only(name, tag):
        return provider_base.RunTagFilter(runs=[name], tags=[tag])

    def tensors(name, plugin, tag):
        runs = provider.read_tensors(nothing, experiment_id="", plugin_name=plugin, downsample=many,
                                     run_tag_filter=only(name, tag))
        check(name in runs and tag in runs[name], f"{name}: {tag} is not among the {plugin}")
        return runs[name][tag]

    for name, run in expected.items():
        for tag, points in run["scalars"].items():
            runs = provider.read_scalars(nothing, experiment_id="", plugin_name="scalars", downsample=many,
                                         run_tag_filter=only(name, tag))
            check_points(f"{name}: {tag}", [(p.step, p.value) for p in runs[name][tag]], points)
        for tag, texts in run["texts"].items():
            found = tensors(name, "text", tag)
            check(len(found) == len(texts), f"{name}: {tag}: {len(found)} texts, expected {len(texts)}")
            for datum, (step, shape, strings) in zip(found, texts):
                cells = [cell.decode("utf-8") for cell in datum.numpy.reshape(-1)]
                check(datum.step == step and list(datum.numpy.shape) == shape, f"{name}: {tag}: {datum}")
                check(cells == strings, f"{name}: {tag}: found {cells}, expected {strings}")
        for tag, histograms in run["histograms"].items():
            found = tensors(name, "histograms", tag)
            check([d.step for d in found] == [h[0] for h in histograms], f"{name}: {tag}: the steps")
            for datum, (_, buckets, values) in zip(found, histograms):
                check_histogram(f"{name}: {tag}", datum.numpy, buckets, values)
        for tag, images in run["images"].items():
            runs = provider.read_blob_sequences(nothing, experiment_id="", plugin_name="images", downsample=many,
                                                run_tag_filter=only(name, tag))
            found = runs[name][tag]
            check([d.step for d in found] == [i[0] for i in images], f"{name}: {tag}: the steps")
            for datum, (_, height, width, channels, total) in zip(found, images):
                blobs = [provider.read_blob(nothing, blob_key=ref.blob_key) for ref in datum.values]
                check(blobs[:2] == [str(width).encode(), str(height).encode()], f"{name}: {tag}: its size")
                check_png(f"{name}: {tag}", blobs[2], height, width, channels, total)
    orphans = provider.list_tensors(nothing, experiment_id="", plugin_name="text")
    found = provider.read_tensors(nothing, experiment_id="", plugin_name="text", downsample=many,
                                  run_tag_filter=only("restarts", "only orphaned"))
    check(not found.get("restarts", {}).get("only orphaned"), f"restarts: orphaned texts are shown: {orphans}")
    check_training(lambda name, plugin, tag: [(d.step, d.numpy) for d in tensors(name, plugin, tag)])


def check_training(tensors):
    """What the callback writes beside its curves."""
    table = tensors("training/logs/validation", "text", "worst_readings_table")
    check([step for step, _ in table] == [1, 2, 3], f"the tables have the steps {[s for s, _ in table]}")
    check(table[0][1].shape[1] == 5 and table[0][1].shape[0] > 1, f"a table of {table[0][1].shape}")
    check(table[0][1][0].tolist() == [b"word", b"label", b"reading", b"edits", b"confidence"], "the head of the table")
    for tag, count in (("weights/classes.bias", None), ("gradients/classes.bias", None)):
        histograms = tensors("training/logs/train", "histograms", tag)
        check([step for step, _ in histograms] == [4, 8, 12], f"{tag}: {[s for s, _ in histograms]}")
        counts = {int(h[:, 2].sum()) for _, h in histograms}
        check(len(counts) == 1 and counts.pop() > 1, f"{tag}: the number of values changes")


def check_loader(folder, expected):
    """Every event file by itself: its first events, and that nothing but a cut record ends it."""
    for name in expected:
        for path in sorted((folder / name).glob("events.out.tfevents.*")):
            events = list(event_file_loader.EventFileLoader(str(path)).Load())
            check(events[0].file_version == "brain.Event:2", f"{path}: version {events[0].file_version}")
            check(events[1].session_log.status == events[1].session_log.START, f"{path}: no start of a session")
            check(re.fullmatch(r"events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+", path.name), f"{path}: its name")


class Server:
    """TensorBoard itself, with the data server that comes with it."""

    def __init__(self, folder):
        self.log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--host", "127.0.0.1", "--port", "0",
             "--samples_per_plugin", "scalars=9999,images=999,text=999,histograms=999"],
            stdout=self.log, stderr=self.log)
        self.address = None

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def wait_for(self, path, is_there, **arguments):
        end = time.time() + SECONDS_TO_START
        while time.time() < end:
            if self.process.poll() is not None:
                fail(f"TensorBoard has ended:\n{self.output()}")
            if self.address is None:
                found = re.search(r"http://127\.0\.0\.1:\d+/", self.output())
                self.address = found.group(0) if found else None
            else:
                try:
                    answer = self.get(path, **arguments)
                    if is_there(answer):
                        return answer
                except urllib.error.URLError:
                    pass
            time.sleep(0.5)
        fail(f"TensorBoard did not have {path} {arguments} in time:\n{self.output()}")

    def get(self, path, **arguments):
        query = "?" + urllib.parse.urlencode(arguments) if arguments else ""
        with urllib.request.urlopen(self.address + "data/" + path + query, timeout=30) as answer:
            return json.load(answer)

    def bytes(self, path):
        with urllib.request.urlopen(self.address + "data/plugin/images/" + path, timeout=30) as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def check_server(folder, expected):
    server = Server(folder)
    try:
        server.wait_for("plugin/scalars/tags", lambda tags: all(set(run["scalars"]) <= set(tags.get(name, {}))
                                                                 for name, run in expected.items()))
        server.wait_for("plugin/text/tags", lambda tags: "note" in tags.get("kinds", {}))
        for name, run in expected.items():
            for tag, points in run["scalars"].items():
                # Tags are there before their points.
                found = server.wait_for("plugin/scalars/scalars",
                                        lambda answer, count=len(points): len(answer) >= count, run=name, tag=tag)
                check_points(f"server: {name}: {tag}", [(step, value) for _, step, value in found], points)
            for tag, histograms in run["histograms"].items():
                found = server.get("plugin/histograms/histograms", run=name, tag=tag)
                for (_, step, buckets), (wanted_step, count, values) in zip(found, histograms, strict=True):
                    check(step == wanted_step, f"server: {name}: {tag}: step {step}")
                    check_histogram(f"server: {name}: {tag}", buckets, count, values)
            if name == "restarts":
                continue  # the data server drops orphans of a tag only when a new value of it comes
            for tag, texts in run["texts"].items():
                found = server.get("plugin/text/text", run=name, tag=tag)
                check([f["step"] for f in found] == [t[0] for t in texts], f"server: {name}: {tag}: {found}")
            for tag, images in run["images"].items():
                found = server.get("plugin/images/images", run=name, tag=tag, sample=0)
                for image, (step, height, width, channels, total) in zip(found, images, strict=True):
                    check(image["step"] == step, f"server: {name}: {tag}: {image}")
                    png = server.bytes("individualImage?" + image["query"])
                    check_png(f"server: {name}: {tag}", png, height, width, channels, total)
        images = server.get("plugin/images/tags")
        check({"alignments/1", "worst_readings"} <= set(images["training/logs/validation"]), f"{images}")
        check("inputs" in images["training/logs/train"], f"{images}")
    finally:
        server.stop()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    expected = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    logging.getLogger("tensorboard").setLevel(logging.ERROR)  # it warns of what it drops, as it should
    for name, run in expected.items():
        check_accumulator(folder, name, run)
    check_loader(folder, expected)
    check_provider(folder, expected)
    check_server(folder, expected)
    values = sum(len(points) for run in expected.values() for kind in ("scalars", "images", "texts", "histograms")
                 for points in run[kind].values())
    print(f"TensorBoard reads {len(expected)} runs with {values} values as they were written")


if __name__ == "__main__":
    main()
