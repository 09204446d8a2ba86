#!/usr/bin/env python3
"""Makes an ONNX file as users of Keras have it: the reference network, through tf2onnx.

Usage: make_tf2onnx_fixture.py [--reference] FOLDER      (needs tests/consumers/requirements-tensorflow.txt)

Writes model.onnx, configs.yaml, images.npy (N,H,W,C) and softmax.npy (N,T,K), what Keras itself makes of the images.
With --reference the network is the reference network and there are 16 images; without, everything is small, for
tests/references/onnx. The network is built from the description of the published architecture. Its weights are random;
so are its batch norms' statistics, since those of a new network would hide mistakes.
"""
import argparse
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# With oneDNN, predict() of tensorflow-cpu 2.15 fuses convolutions with what is behind them, and computes something else
# than the layers one by one: probabilities differ by up to 0.08. Without it, both agree.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np
import tensorflow as tf
import tf2onnx
from tensorflow.keras import layers

SMALL_VOCABULARY = "ab'c\"é 0"
REFERENCE_VOCABULARY = "".join(chr(code) for code in range(33, 111))  # 78 characters


def residual_block(x, filters, stride, convolve_skip):
    y = layers.Conv2D(filters, 3, strides=stride, padding="same", kernel_initializer="he_uniform")(x)
    y = layers.LeakyReLU(alpha=0.1)(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_uniform")(y)
    y = layers.BatchNormalization()(y)
    if convolve_skip:
        x = layers.Conv2D(filters, 1, strides=stride, padding="same", kernel_initializer="he_uniform")(x)
    return layers.Dropout(0.2)(layers.LeakyReLU(alpha=0.1)(layers.Add()([y, x])))


def build(height, width, filters, hidden, classes):
    image = layers.Input(shape=(height, width, 3), name="input")
    x = layers.Lambda(lambda pixels: pixels / 255)(image)
    first, second, third = filters
    for count, stride, convolve_skip in [(first, 1, True), (first, 2, True), (first, 1, False),
                                         (second, 2, True), (second, 1, False),
                                         (third, 2, True), (third, 1, True), (third, 1, False), (third, 1, False)]:
        x = residual_block(x, count, stride, convolve_skip)
    x = layers.Reshape((x.shape[1] * x.shape[2], x.shape[3]))(x)
    x = layers.Bidirectional(layers.LSTM(hidden, return_sequences=True))(x)
    x = layers.Dropout(0.2)(x)
    return tf.keras.Model(image, layers.Dense(classes, activation="softmax", name="output")(x))


def randomise(model, random):
    """Biases and batch norm's numbers as training might leave them."""
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            size = layer.gamma.shape[0]
            layer.set_weights([random.uniform(0.5, 1.5, size), random.uniform(-0.5, 0.5, size),
                               random.uniform(-0.5, 0.5, size), random.uniform(0.3, 2.0, size)])
        elif isinstance(layer, (layers.Conv2D, layers.Dense)):
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, random.uniform(-0.2, 0.2, bias.shape)])
        elif isinstance(layer, layers.Bidirectional):
            layer.set_weights([w + random.uniform(-0.1, 0.1, w.shape) for w in layer.get_weights()])


def write_configs(path, vocabulary, height, width):
    quoted = vocabulary.replace("\\", "\\\\").replace('"', '\\"')
    path.write_text("batch_size: 16\n"
                    f"height: {height}\n"
                    "learning_rate: 0.0005\n"
                    "max_text_length: 21\n"
                    "model_path: Models/handwriting\n"
                    "train_epochs: 1000\n"
                    "train_workers: 20\n"
                    f'vocab: "{quoted}"\n'
                    f"width: {width}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.reference:
        height, width, filters, hidden, count, vocabulary = 32, 128, (16, 32, 64), 128, 16, REFERENCE_VOCABULARY
    else:
        height, width, filters, hidden, count, vocabulary = 16, 48, (3, 4, 6), 5, 3, SMALL_VOCABULARY
    tf.keras.utils.set_random_seed(20)
    random = np.random.default_rng(20)
    model = build(height, width, filters, hidden, len(vocabulary) + 1)
    randomise(model, random)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    images = random.integers(0, 256, (count, height, width, 3)).astype(np.float32)
    softmax = model.predict(images, verbose=0)
    assert np.abs(softmax - model(images, training=False).numpy()).max() < 1e-5, "TensorFlow contradicts itself"
    np.save(arguments.folder / "images.npy", images)
    np.save(arguments.folder / "softmax.npy", softmax)
    tf2onnx.convert.from_keras(model, output_path=str(arguments.folder / "model.onnx"))
    write_configs(arguments.folder / "configs.yaml", vocabulary, height, width)
    sizes = ", ".join(f"{file.name} {file.stat().st_size}" for file in sorted(arguments.folder.iterdir()))
    print(f"{arguments.folder}: {sizes}; tensorflow {tf.__version__}, tf2onnx {tf2onnx.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
