# tensorflow_worker: TensorFlow's side of the comparison: tensorflow_worker.py --threads N [--memory STEPS]
import argparse
import os
import platform

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import worker  # noqa: E402  after the environment that TensorFlow reads

tf = worker.need("tensorflow", "tensorflow-cpu: compare.sh --tensorflow DIR puts it into a virtual environment")
layers = tf.keras.layers

PLAN = [(16, 1, True), (16, 2, True), (16, 1, False), (32, 2, True), (32, 1, False), (64, 2, True), (64, 1, True),
        (64, 1, False), (64, 1, False)]


def residual_block(x, filters, stride, convolve_skip):
    y = layers.Conv2D(filters, 3, stride, padding="same")(x)
    y = layers.LeakyReLU(negative_slope=0.1)(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same")(y))
    y = layers.Add()([y, layers.Conv2D(filters, 1, stride, padding="same")(x) if convolve_skip else x])
    return layers.Dropout(0.2)(layers.LeakyReLU(negative_slope=0.1)(y))


def word_net(unroll):
    """Images (N,32,128,3), TensorFlow's own order, to logits (N,T,K)."""
    images = tf.keras.Input((32, 128, 3))
    x = layers.Rescaling(1 / 255)(images)
    for row in PLAN:
        x = residual_block(x, *row)
    x = layers.Reshape((worker.STEPS, 64))(x)
    x = layers.Bidirectional(layers.LSTM(128, return_sequences=True, unroll=unroll))(x)
    return tf.keras.Model(images, layers.Dense(worker.CLASSES)(layers.Dropout(0.2)(x)))


def images_of(batch):
    return tf.constant(worker.numbers((batch, 3, 32, 128), 0, 1).transpose(0, 2, 3, 1))


def sparse_labels(batch):
    texts = worker.labels(batch)
    places = [(n, i) for n, text in enumerate(texts) for i in range(len(text))]
    return tf.SparseTensor(places, tf.constant(sum(texts, []), tf.int32), (batch, max(map(len, texts))))


def ctc_loss(logits, texts, batch):
    """TensorFlow's compiled loss, with the blank as the last class; logits (N,T,K)."""
    return tf.reduce_mean(tf.compat.v1.nn.ctc_loss(texts, logits, tf.fill([batch], worker.STEPS), time_major=False))


def training(batch, variant):
    network = word_net(variant == "unrolled")
    optimiser = tf.keras.optimizers.Adam(5e-4, epsilon=1e-7)
    images, texts = images_of(batch), sparse_labels(batch)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = ctc_loss(network(images, training=True), texts, batch)
        optimiser.apply_gradients(zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables))
        return loss

    optimiser.build(network.trainable_variables)

    def run():
        assert step().numpy() < 1e6

    return run


def inference(batch, variant):
    network, images = word_net(variant == "unrolled"), images_of(batch)
    forward = tf.function(lambda x: network(x, training=False), jit_compile=variant == "xla")
    return lambda: forward(images).numpy()


def ctc(batch):
    logits = tf.constant(worker.numbers((batch, worker.STEPS, worker.CLASSES), -2, 1 / 64))
    texts = sparse_labels(batch)

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = ctc_loss(logits, texts, batch)
        return tape.gradient(loss, logits)

    return lambda: gradient().numpy()


def recurrent(batch, variant, both):
    layer = layers.LSTM(128, return_sequences=True, unroll=variant == "unrolled")
    if both:
        layer = layers.Bidirectional(layer)
    x = tf.constant(worker.numbers((batch, worker.STEPS, 64), -1, 1 / 128))
    dy = tf.constant(worker.numbers((batch, worker.STEPS, 256 if both else 128), -1, 1 / 128))
    layer(x)

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, *layer.trainable_variables], output_gradients=dy)

    return lambda: gradients()[0].numpy()


# Training with the LSTM unrolled takes twice as long; compiled by XLA, which cannot keep the steps of a loop for the
# backward pass, so that it is unrolled too, five times as long. Both were measured once, and are left out.
READING = ["plain", "unrolled", "xla"]
MEASUREMENTS = {"train_16": ["plain"], "train_64": ["plain"], "infer_1": READING, "infer_16": READING,
                "infer_64": READING, "ctc": ["plain"], "lstm": ["plain", "unrolled"], "bilstm": ["plain", "unrolled"]}


def make(name, variant):
    kind, _, batch = name.partition("_")
    if kind == "train":
        return training(int(batch), variant), int(batch)
    if kind == "infer":
        return inference(int(batch), variant), int(batch)
    if name == "ctc":
        return ctc(16), 16
    return recurrent(16, variant, name == "bilstm"), 16


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", type=int, default=0, help="only the peak memory of so many training steps")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    if options.memory > 0:
        run = training(16, "plain")
        before = worker.peak_mib()
        for _ in range(options.memory):
            run()
        worker.answer({"before_mib": before, "peak_mib": worker.peak_mib()})
        return
    versions = {"TensorFlow": tf.__version__, "Keras": tf.keras.__version__, "Python": platform.python_version()}
    worker.serve({"measurements": MEASUREMENTS, "threads": options.threads, "versions": versions}, make)


main()
