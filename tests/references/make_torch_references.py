# The reference values of the tests of layers, losses, optimisers: PyTorch's results.
"""Writes tests/references/torch/. Run it only to make them anew: python3 make_torch_references.py

Needs numpy and PyTorch (values made with 1.13). Everything runs in double. Inputs are not stored: numbers(shape, stream)
makes them from a counter, tests/support/counted.hpp makes the same ones. Shapes and streams stand in the tests once more.
"""
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

folder = pathlib.Path(__file__).parent / "torch"
folder.mkdir(exist_ok=True)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def numbers(shape, stream, scale=1.0, shift=0.0):
    """shift + scale * U(-1, 1) from splitmix64, in multiples of 2^-23: exact in float as long as scale is a power of two."""
    count = math.prod(shape)
    with np.errstate(over="ignore"):
        z = (np.arange(count, dtype=np.uint64) + np.uint64(stream << 32)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    units = (z >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0
    return torch.from_numpy(shift + scale * units.reshape(shape))


def leaf(shape, stream, scale=1.0, shift=0.0):
    return numbers(shape, stream, scale, shift).requires_grad_()


def save(name, array):
    array = array.detach().numpy() if isinstance(array, torch.Tensor) else array
    np.save(folder / (name + ".npy"), np.ascontiguousarray(array, dtype=np.float64))


def zeros_around(size, kernel, stride, padding):
    """Zeros (before, after) on one axis."""
    if padding == "same":
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        return total // 2, total - total // 2
    each = (kernel - 1) // 2 if padding == "symmetric" else 0
    return each, each


def convolve(x, weight, bias, stride, padding):
    top, bottom = zeros_around(x.shape[2], weight.shape[2], stride[0], padding)
    left, right = zeros_around(x.shape[3], weight.shape[3], stride[1], padding)
    return F.conv2d(F.pad(x, (left, right, top, bottom)), weight, bias, stride)


# ---- convolution: x, weight, bias, dy are streams 1, 2, 3, 4
convolutions = {
    "same": ((2, 3, 7, 10), (4, 3, 3, 3), (1, 1), "same"),
    "same_stride2_even": ((2, 3, 8, 10), (4, 3, 3, 3), (2, 2), "same"),
    "same_stride2_odd": ((1, 2, 7, 9), (3, 2, 3, 3), (2, 2), "same"),
    "same_5x2_stride1x2": ((2, 2, 6, 9), (3, 2, 5, 2), (1, 2), "same"),
    "symmetric": ((2, 3, 7, 10), (4, 3, 3, 3), (1, 1), "symmetric"),
    "symmetric_stride2_even": ((2, 3, 8, 10), (4, 3, 3, 3), (2, 2), "symmetric"),
    "symmetric_5x5_stride2x1": ((2, 2, 9, 8), (3, 2, 5, 5), (2, 1), "symmetric"),
    "none_3x3_stride2": ((2, 2, 8, 7), (3, 2, 3, 3), (2, 2), "none"),
    "same_1x1_stride2": ((2, 3, 8, 6), (5, 3, 1, 1), (2, 2), "same"),
}
for name, (x_shape, weight_shape, stride, padding) in convolutions.items():
    x, weight, bias = leaf(x_shape, 1), leaf(weight_shape, 2), leaf(weight_shape[:1], 3)
    y = convolve(x, weight, bias, stride, padding)
    y.backward(numbers(y.shape, 4))
    for part, value in {"y": y, "dx": x.grad, "dweight": weight.grad, "dbias": bias.grad}.items():
        save(f"conv_{name}_{part}", value)

# ---- batch normalisation: x, weight, bias, dy are streams 11 to 14, the running statistics 15, 16
for mode in ("training", "inference"):
    layer = torch.nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
    layer.weight.data, layer.bias.data = numbers((4,), 12, 0.5, 1.0), numbers((4,), 13)
    layer.running_mean, layer.running_var = numbers((4,), 15), numbers((4,), 16, 0.5, 1.0)
    layer.train(mode == "training")
    x = leaf((3, 4, 5, 7), 11, 2.0, 0.5)
    y = layer(x)
    y.backward(numbers(y.shape, 14))
    for part, value in {"y": y, "dx": x.grad, "dweight": layer.weight.grad, "dbias": layer.bias.grad}.items():
        save(f"batch_norm_{mode}_{part}", value)
    if mode == "training":
        save("batch_norm_running_mean", layer.running_mean)
        save("batch_norm_running_var", layer.running_var)

# ---- fully connected, log-softmax: x, weight, bias, dy are streams 21 to 24
x, weight, bias = leaf((5, 7), 21), leaf((6, 7), 22), leaf((6,), 23)
y = F.linear(x, weight, bias)
y.backward(numbers(y.shape, 24))
for part, value in {"y": y, "dx": x.grad, "dweight": weight.grad, "dbias": bias.grad}.items():
    save(f"linear_{part}", value)
x = leaf((5, 7), 21, 8.0)
y = F.log_softmax(x, dim=-1)
y.backward(numbers(y.shape, 24))
save("log_softmax_y", y)
save("log_softmax_dx", x.grad)

# ---- LSTM: x, dy are streams 31, 32; weight_ih, weight_hh, bias_ih 33, 34, 35, reversed 36, 37, 38
lstm_names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
for name, bidirectional in (("lstm", False), ("bilstm", True)):
    layer = torch.nn.LSTM(5, 4, bidirectional=bidirectional)
    tensors = [n + suffix for suffix in (("", "_reverse") if bidirectional else ("",)) for n in lstm_names]
    for stream, tensor in enumerate(tensors, 33):
        getattr(layer, tensor).data = numbers(tuple(getattr(layer, tensor).shape), stream)
        getattr(layer, tensor.replace("bias_ih", "bias_hh")).data.mul_(0 if "bias" in tensor else 1)
    x = leaf((7, 3, 5), 31)
    y, _ = layer(x)
    y.backward(numbers(y.shape, 32))
    save(f"{name}_y", y)
    save(f"{name}_dx", x.grad)
    for tensor in tensors:
        save(f"{name}_d{tensor}", getattr(layer, tensor).grad)

# ---- CTC: logits are stream 41; blank K-1; the gradient is that of the batch's mean
ctc_batches = {
    "small": ((12, 5, 6), [[0, 1, 2], [3, 3, 3, 1], [], [4], [0, 0, 1, 1, 2, 2]]),
    "words": ((64, 3, 79), [[7], [19, 4, 11, 11, 14, 22, 3, 3], list(range(10, 31))]),
}


def ctc_losses(logits, labels):
    lengths = torch.tensor([len(label) for label in labels])
    targets = torch.tensor([letter for label in labels for letter in label])
    steps = torch.full((len(labels),), logits.shape[0])
    log_probs = F.log_softmax(logits, dim=-1)
    return F.ctc_loss(log_probs, targets, steps, lengths, blank=logits.shape[2] - 1, reduction="none")


for name, (shape, labels) in ctc_batches.items():
    logits = leaf(shape, 41, 4.0)
    losses = ctc_losses(logits, labels)
    losses.mean().backward()
    save(f"ctc_{name}_losses", losses)
    save(f"ctc_{name}_dlogits", logits.grad)


# ---- optimisers: the parameter is stream 51, its gradient at step t stream 51 + t
def ten_steps(optimiser_of):
    parameter = leaf((9,), 51)
    optimiser = optimiser_of([parameter])
    path = []
    for t in range(1, 11):
        parameter.grad = numbers((9,), 51 + t)
        optimiser.step()
        path.append(parameter.detach().numpy().copy())
    return np.stack(path)


save("adam_pytorch", ten_steps(lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.9, 0.999), eps=0.01)))
save("sgd_momentum", ten_steps(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)))
save("sgd_plain", ten_steps(lambda p: torch.optim.SGD(p, lr=0.05)))
parameter, mean, square, path = numbers((9,), 51).numpy().copy(), np.zeros(9), np.zeros(9), []
for t in range(1, 11):  # Keras's form, with epsilon beside sqrt(v)
    g = numbers((9,), 51 + t).numpy()
    mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
    parameter -= 0.05 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * mean / (np.sqrt(square) + 0.01)
    path.append(parameter.copy())
save("adam_keras", np.stack(path))


# ---- the whole network
class ResidualBlock(torch.nn.Module):
    def __init__(self, channels, filters, stride, convolve_skip, padding):
        super().__init__()
        self.stride, self.padding = stride, padding
        self.conv1 = torch.nn.Conv2d(channels, filters, 3)
        self.bn1 = torch.nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.conv2 = torch.nn.Conv2d(filters, filters, 3)
        self.bn2 = torch.nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        if convolve_skip:
            self.skip = torch.nn.Conv2d(channels, filters, 1)

    def convolve(self, layer, x, stride):
        return convolve(x, layer.weight, layer.bias, (stride, stride), self.padding)

    def forward(self, x):
        y = self.leaky_relu(self.bn1(self.convolve(self.conv1, x, self.stride)))
        y = self.bn2(self.convolve(self.conv2, y, 1))
        return self.leaky_relu(y + (self.convolve(self.skip, x, self.stride) if hasattr(self, "skip") else x))

    def leaky_relu(self, x):
        self.nearest_to_kink = min(getattr(self, "nearest_to_kink", math.inf), x.detach().abs().min().item())
        return F.leaky_relu(x, 0.1)


class WordNet(torch.nn.Module):
    plan = [(16, 1, True), (16, 2, True), (16, 1, False), (32, 2, True), (32, 1, False), (64, 2, True), (64, 1, True),
            (64, 1, False), (64, 1, False)]

    def __init__(self, class_count, padding):
        super().__init__()
        inputs = [3] + [filters for filters, _, _ in self.plan]
        self.blocks = torch.nn.Sequential(*(ResidualBlock(c, *row, padding) for c, row in zip(inputs, self.plan)))
        self.lstm = torch.nn.LSTM(64, 128, bidirectional=True)
        self.classes = torch.nn.Linear(256, class_count)

    def forward(self, images):
        maps = self.blocks(images / 255)
        sequence = maps.flatten(2).permute(2, 0, 1)  # (N,C,H,W) to (H W, N, C)
        return self.classes(self.lstm(sequence)[0])


def fill(network):
    """Parameter number i is stream 100 + i; returns names and parameters without PyTorch's second LSTM bias, which is 0."""
    kept = []
    for name, parameter in network.named_parameters():
        if "bias_hh" in name:
            parameter.data.zero_()
            continue
        stream, shape = 100 + len(kept), tuple(parameter.shape)
        if ".bn" in name:
            parameter.data = numbers(shape, stream, 0.25, 1.0 if name.endswith("weight") else 0.0)
        elif len(shape) == 1:
            parameter.data = numbers(shape, stream, 0.125)
        else:
            fan_in = math.prod(shape[1:])
            parameter.data = numbers(shape, stream, 2.0 ** math.floor(math.log2(math.sqrt(6 / fan_in))))
        kept.append((name, parameter))
    return kept


def digest(gradient):
    """About every (size / 256)th element, the sum of squares, the sum weighted by stream 99."""
    flat = gradient.flatten()
    sample = flat[:: max(1, flat.numel() // 256)]
    return torch.cat([sample, (flat * flat).sum()[None], (flat * numbers(flat.shape, 99)).sum()[None]])


def images_away_from_kinks(padding, distance=1e-5):
    """The first images that put no input of a LeakyReLU nearer to 0: in float it might fall on the other side, and the
    gradient would jump. Returns their stream and the images."""
    for stream in range(1000, 2000):
        network = WordNet(79, padding).train()
        fill(network)
        images = torch.floor(numbers((2, 3, 32, 128), stream, 128.0, 128.0))
        with torch.no_grad():
            x = images / 255
            for block in network.blocks:
                x = block(x)
                if block.nearest_to_kink < distance:
                    break
            else:
                return stream, images
    raise RuntimeError("no images are that far from the kinks")


for padding in ("same", "symmetric"):
    network = WordNet(79, padding).train()
    parameters = fill(network)
    stream, images = images_away_from_kinks(padding)
    save(f"word_net_{padding}_stream", torch.tensor([float(stream)]))
    logits = network(images)
    loss = ctc_losses(logits, [[19, 4, 11, 11, 14], [22, 14, 17, 11, 3, 3]]).mean()
    loss.backward()
    save(f"word_net_{padding}_logits", logits)
    save(f"word_net_{padding}_loss", loss.reshape(1))
    save(f"word_net_{padding}_gradients", torch.cat([digest(parameter.grad) for _, parameter in parameters]))
    buffers = [buffer.flatten() for name, buffer in network.named_buffers() if "running" in name]
    save(f"word_net_{padding}_buffers", torch.cat(buffers))
    network.eval()
    save(f"word_net_{padding}_logits_inference", network(images))
    (folder / "word_net_names.txt").write_text("".join(name + "\n" for name, _ in parameters))
