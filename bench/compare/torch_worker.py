# torch_worker: PyTorch's side of the comparison: torch_worker.py --threads N [--memory STEPS]
import argparse
import platform

import worker

torch = worker.need("torch", "the Debian package python3-torch, or name another Python with --torch-python")
nn = torch.nn


class ResidualBlock(nn.Module):
    def __init__(self, channels, filters, stride, convolve_skip):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1)
        self.bn1 = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1)
        self.bn2 = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.skip = nn.Conv2d(channels, filters, 1, stride) if convolve_skip else nn.Identity()
        self.activation = nn.LeakyReLU(0.1, inplace=True)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x):
        y = self.bn2(self.conv2(self.activation(self.bn1(self.conv1(x)))))
        return self.dropout(self.activation(y + self.skip(x)))


class WordNet(nn.Module):
    plan = [(16, 1, True), (16, 2, True), (16, 1, False), (32, 2, True), (32, 1, False), (64, 2, True), (64, 1, True),
            (64, 1, False), (64, 1, False)]

    def __init__(self):
        super().__init__()
        inputs = [3] + [filters for filters, _, _ in self.plan]
        self.blocks = nn.Sequential(*(ResidualBlock(c, *row) for c, row in zip(inputs, self.plan)))
        self.lstm = nn.LSTM(64, 128, bidirectional=True)
        self.dropout = nn.Dropout(0.2)
        self.classes = nn.Linear(256, worker.CLASSES)

    def forward(self, images):
        maps = self.blocks(images / 255)
        sequence = maps.flatten(2).permute(2, 0, 1)  # (N,C,H,W) to (H W, N, C)
        return self.classes(self.dropout(self.lstm(sequence)[0]))


def images_of(batch, variant):
    images = torch.from_numpy(worker.numbers((batch, 3, 32, 128), 0, 1))
    return images.to(memory_format=torch.channels_last) if variant == "channels_last" else images


def network_of(variant):
    torch.manual_seed(1)
    network = WordNet()
    return network.to(memory_format=torch.channels_last) if variant == "channels_last" else network


def ctc_inputs(batch):
    """All labels in one row and their lengths, which is the form that PyTorch takes fastest, and T for each."""
    texts = worker.labels(batch)
    flat = torch.tensor([letter for text in texts for letter in text])
    return flat, torch.full((batch,), worker.STEPS), torch.tensor([len(text) for text in texts])


def training(batch, variant):
    network = network_of(variant).train()
    optimiser = torch.optim.Adam(network.parameters(), 5e-4, eps=1e-7)
    loss_of = nn.CTCLoss(worker.CLASSES - 1, reduction="sum")
    images, (texts, steps, lengths) = images_of(batch, variant), ctc_inputs(batch)

    def run():
        loss = loss_of(network(images).log_softmax(2), texts, steps, lengths) / batch
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        assert loss.item() < 1e6

    return run


def inference(batch, variant):
    network, images = network_of(variant).eval(), images_of(batch, variant)
    if variant == "frozen":
        with torch.no_grad():
            network = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, images)))

    def run():
        with torch.inference_mode():
            network(images)

    return run


def ctc(batch):
    logits = torch.from_numpy(worker.numbers((worker.STEPS, batch, worker.CLASSES), -2, 1 / 64)).requires_grad_()
    texts, steps, lengths = ctc_inputs(batch)
    loss_of = nn.CTCLoss(worker.CLASSES - 1, reduction="sum")

    def run():
        logits.grad = None
        (loss_of(logits.log_softmax(2), texts, steps, lengths) / batch).backward()

    return run


def recurrent(batch, both):
    layer = nn.LSTM(64, 128, bidirectional=both)
    x = torch.from_numpy(worker.numbers((worker.STEPS, batch, 64), -1, 1 / 128)).requires_grad_()
    dy = torch.from_numpy(worker.numbers((worker.STEPS, batch, 256 if both else 128), -1, 1 / 128))

    def run():
        x.grad = None
        layer.zero_grad(set_to_none=True)
        layer(x)[0].backward(dy)

    return run


MEASUREMENTS = {
    "train_16": ["plain", "channels_last"],
    "train_64": ["plain", "channels_last"],
    "infer_1": ["plain", "channels_last", "frozen"],
    "infer_16": ["plain", "channels_last", "frozen"],
    "infer_64": ["plain", "channels_last", "frozen"],
    "ctc": ["plain"],
    "lstm": ["plain"],
    "bilstm": ["plain"],
}


def make(name, variant):
    kind, _, batch = name.partition("_")
    if kind == "train":
        return training(int(batch), variant), int(batch)
    if kind == "infer":
        return inference(int(batch), variant), int(batch)
    if name == "ctc":
        return ctc(16), 16
    return recurrent(16, name == "bilstm"), 16


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", type=int, default=0, help="only the peak memory of so many training steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.memory > 0:
        run = training(16, "plain")
        before = worker.peak_mib()
        for _ in range(options.memory):
            run()
        worker.answer({"before_mib": before, "peak_mib": worker.peak_mib()})
        return
    versions = {"PyTorch": torch.__version__, "Python": platform.python_version(), "BLAS": worker.blas_library()}
    worker.serve({"measurements": MEASUREMENTS, "threads": torch.get_num_threads(), "versions": versions}, make)


main()
