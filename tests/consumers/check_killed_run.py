#!/usr/bin/env python3
"""TensorBoard shows a run that was killed and resumed as it shows one that was left alone.

    check_killed_run.py STRAIGHT KILLED    two run folders of tests/examples/kill_test.sh
"""
import pathlib
import sys

from tensorboard.backend.event_processing import event_accumulator


def values_in(run):
    """{(folder, tag): [(step, value)]} of everything that TensorBoard's reader finds, times apart."""
    found = {}
    for folder in ("train", "validation"):
        everything = {kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}
        events = event_accumulator.EventAccumulator(str(pathlib.Path(run) / "logs" / folder), size_guidance=everything)
        events.Reload()
        tags = events.Tags()
        for tag in tags["scalars"]:
            if "seconds" not in tag:
                found[folder, tag] = [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in tags["images"]:
            found[folder, tag] = [(event.step, event.encoded_image_string) for event in events.Images(tag)]
        for tag in tags["tensors"]:
            found[folder, tag] = [(event.step, event.tensor_proto.SerializeToString()) for event in events.Tensors(tag)]
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    straight, killed = (values_in(run) for run in sys.argv[1:])
    if not straight:
        sys.exit(f"check_killed_run.py: {sys.argv[1]} has no events")
    if straight.keys() != killed.keys():
        sys.exit(f"check_killed_run.py: tags in one run only: {sorted(straight.keys() ^ killed.keys())}")
    for (folder, tag), values in straight.items():
        if values != killed[folder, tag]:
            sys.exit(f"check_killed_run.py: {folder}/{tag} differs: steps {[step for step, _ in values]} and "
                     f"{[step for step, _ in killed[folder, tag]]}")
    print(f"TensorBoard reads {len(straight)} tags of a killed run as those of one that was left alone")


if __name__ == "__main__":
    main()
