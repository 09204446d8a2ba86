#!/usr/bin/env python3
"""Opens a checkpoint with the package safetensors; its tensors have to be those of the network that it describes.

    check_safetensors.py CHECKPOINT
"""
import json
import sys

import numpy as np
from safetensors import safe_open


def fail(message):
    sys.exit(f"check_safetensors.py: {message}")


def expected_shapes(model, classes):
    """Parameters and buffers by name, under PyTorch's names, as the layers have them."""
    parameters, buffers = {}, {}
    channels = model["channels"]
    for i, block in enumerate(model["blocks"]):
        name, filters = f"blocks.{i}.", block["filters"]
        for convolution, (kernel, inputs) in {"conv1": (3, channels), "conv2": (3, filters)}.items():
            parameters[name + convolution + ".weight"] = (filters, inputs, kernel, kernel)
            parameters[name + convolution + ".bias"] = (filters,)
        for norm in ("bn1", "bn2"):
            for kind in ("weight", "bias"):
                parameters[f"{name}{norm}.{kind}"] = (filters,)
            for kind in ("running_mean", "running_var"):
                buffers[f"{name}{norm}.{kind}"] = (filters,)
        if block["convolve_skip"]:
            parameters[name + "skip.weight"] = (filters, channels, 1, 1)
            parameters[name + "skip.bias"] = (filters,)
        channels = filters
    hidden = model["hidden"]
    for direction in ("", "_reverse"):
        parameters["lstm.weight_ih_l0" + direction] = (4 * hidden, channels)
        parameters["lstm.weight_hh_l0" + direction] = (4 * hidden, hidden)
        parameters["lstm.bias_ih_l0" + direction] = (4 * hidden,)
    parameters["classes.weight"] = (classes, 2 * hidden)
    parameters["classes.bias"] = (classes,)
    return parameters, buffers


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with safe_open(sys.argv[1], framework="numpy") as file:
        metadata = file.metadata()
        for key in ("format", "model", "vocabulary"):
            if key not in metadata:
                fail(f"its metadata have no '{key}', only {sorted(metadata)}")
        parameters, buffers = expected_shapes(json.loads(metadata["model"]), len(metadata["vocabulary"]) + 1)
        names = set(file.keys())
        expected = {**parameters, **buffers}
        for moment in ("adam.mean.", "adam.square."):
            if any(name.startswith(moment) for name in names):  # a checkpoint to go on from
                expected.update({moment + name: shape for name, shape in parameters.items()})
        if any(name.startswith("average.") for name in names):
            expected.update({"average." + name: shape for name, shape in parameters.items()})
        if names != set(expected):
            fail(f"missing: {sorted(set(expected) - names)}; not expected: {sorted(names - set(expected))}")
        count = 0
        for name, shape in expected.items():
            tensor = file.get_tensor(name)
            if tensor.shape != shape or tensor.dtype != np.float32:
                fail(f"{name}: {tensor.dtype} {tensor.shape}, expected float32 {shape}")
            if not np.isfinite(tensor).all():
                fail(f"{name}: holds NaN or infinity")
            count += tensor.size
    print(f"{sys.argv[1]}: safetensors reads {len(expected)} tensors with {count} numbers, as the network has them")


if __name__ == "__main__":
    main()
