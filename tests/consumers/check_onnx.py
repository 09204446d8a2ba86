#!/usr/bin/env python3
"""Reads an ONNX file with onnx.checker and onnxruntime, and compares what it computes with what tinyhtr computes.

    check_onnx.py MODEL.onnx IMAGES.npy SOFTMAX.npy    images (N,H,W,C), at least 16; softmax (N,T,K), tinyhtr's
    check_onnx.py compare A.npy B.npy                  two arrays that have to agree as closely
"""
import pathlib
import sys

import numpy as np

TOLERANCE = 1e-4


def fail(message):
    sys.exit(f"check_onnx.py: {message}")


def difference(name, found, expected):
    if found.shape != expected.shape:
        fail(f"{name}: shape {found.shape}, expected {expected.shape}")
    largest = float(np.abs(found.astype(np.float64) - expected.astype(np.float64)).max())
    if not largest <= TOLERANCE:
        fail(f"{name}: differs by {largest}, at most {TOLERANCE} is allowed")
    return largest


def check_metadata(name, model, classes):
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    for key in ("vocabulary", "blank", "model", "tinyhtr_version"):
        if key not in metadata:
            fail(f"{name}: its metadata have no '{key}'")
    if len(metadata["vocabulary"]) + 1 != classes or int(metadata["blank"]) != classes - 1:
        fail(f"{name}: {classes} classes, but a vocabulary of {len(metadata['vocabulary'])}, blank {metadata['blank']}")


def check_model(path, images, softmax):
    import onnx
    import onnxruntime

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    if model.ir_version != 7 or [(o.domain, o.version) for o in model.opset_import] != [("", 13)]:
        fail(f"{path}: IR version {model.ir_version}, operations {model.opset_import}")
    check_metadata(path, model, softmax.shape[2])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    if [i.name for i in session.get_inputs()] != ["input"] or [o.name for o in session.get_outputs()] != ["output"]:
        fail(f"{path}: its input and output have other names than 'input', 'output'")
    for batch in (1, 16):
        found = session.run(None, {"input": images[:batch]})[0]
        largest = difference(f"{path}, batch {batch}", found, softmax[:batch])
        print(f"{path}: batch {batch}: |onnxruntime - tinyhtr| <= {largest:.3g}")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    second, third = np.load(sys.argv[2]), np.load(sys.argv[3])
    if sys.argv[1] == "compare":
        largest = difference(f"{sys.argv[2]} and {sys.argv[3]}", second, third)
        print(f"{pathlib.Path(sys.argv[2]).name} - {pathlib.Path(sys.argv[3]).name}: at most {largest:.3g}")
        return
    if len(second) < 16 or len(second) != len(third):
        fail(f"expected at least 16 images with their softmax, found {len(second)} and {len(third)}")
    check_model(sys.argv[1], second, third)


if __name__ == "__main__":
    main()
