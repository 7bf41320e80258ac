"""PyTorch as a contender: a process that speaks the lines of JSON described in contender.ts.

The training loop is the one people write: eager, torch.nn, torch.optim with its defaults. The batches are slices of data
that already lie in memory, so PyTorch is spared the shuffling and collating a DataLoader would add.
"""

import json
import sys
import time

import torch
from torch import nn


class Average(nn.Module):
    """Mean over all axes but batch and features."""

    def __init__(self, channels_first):
        super().__init__()
        self.channels_first = channels_first

    def forward(self, x):
        axes = range(2, x.dim()) if self.channels_first else range(1, x.dim() - 1)
        return x.mean(dim=tuple(axes))


class LastOutput(nn.Module):
    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x):
        return self.recurrent(x)[0][:, -1]


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


def build(workload):
    """Images have their channels first, as PyTorch wants them."""
    layers = []
    shape = workload["shape"]
    is_image = len(shape) == 3
    width = shape[-1]
    size = shape[0]
    for layer in workload["layers"]:
        kind = layer["type"]
        if kind == "dense":
            layers.append(nn.Linear(width, layer["units"]))
            width = layer["units"]
        elif kind == "batchNorm":
            layers.append(nn.BatchNorm1d(width))
        elif kind == "conv":
            layers.append(nn.Conv2d(width, layer["filters"], 3, layer.get("strides", 1)))
            width, size = layer["filters"], (size - 3) // layer.get("strides", 1) + 1
        elif kind == "convTranspose":
            layers.append(nn.ConvTranspose2d(width, layer["filters"], 3, layer.get("strides", 1)))
            width = layer["filters"]
        elif kind == "depthwiseConv":
            layers.append(nn.Conv2d(width, width, 3, groups=width))
        elif kind == "pool":
            layers.append(nn.MaxPool2d(2))
            size //= 2
        elif kind == "flatten":
            layers.append(nn.Flatten())
            width = width * size * size
        elif kind == "average":
            layers.append(Average(is_image))
        elif kind == "layerNorm":
            layers.append(nn.LayerNorm(width))
        elif kind in ("lstm", "gru"):
            cell = {"lstm": nn.LSTM, "gru": nn.GRU}[kind]
            layers.append(LastOutput(cell(width, layer["units"], batch_first=True)))
            width = layer["units"]
        elif kind == "attention":
            layers.append(SelfAttention(width, layer["heads"]))
        elif kind == "embedding":
            layers.append(nn.Embedding(layer["words"], layer["units"]))
            width = layer["units"]
        else:
            raise ValueError(f"no layer called {kind}")
        if layer.get("activation"):
            layers.append({"relu": nn.ReLU, "tanh": nn.Tanh}[layer["activation"]]())
    return nn.Sequential(*layers)


def prepare(workload):
    torch.manual_seed(1)
    model = build(workload)
    optimizer_class = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[workload["optimizer"]["type"]]
    optimizer = optimizer_class(model.parameters(), lr=workload["optimizer"]["learningRate"])
    loss_function = nn.CrossEntropyLoss()
    rows = workload["batch"] * workload["batches"]
    shape = workload["shape"]
    first = workload["layers"][0]
    if first["type"] == "embedding":
        samples = torch.randint(0, first["words"], (rows, *shape))
    else:
        samples = torch.randn(rows, *([shape[2], shape[0], shape[1]] if len(shape) == 3 else shape))
    inputs = samples.split(workload["batch"])
    labels = torch.randint(0, 10, (rows,)).split(workload["batch"])
    position = 0

    def train(steps):
        nonlocal position
        for _ in range(steps):
            x, y = inputs[position], labels[position]
            position = (position + 1) % len(inputs)
            optimizer.zero_grad()
            loss = loss_function(model(x), y)
            loss.backward()
            optimizer.step()

    return train


def main():
    train = None
    for line in sys.stdin:
        request = json.loads(line)
        reply = {}
        try:
            if "start" in request:
                torch.set_num_threads(request["start"]["threads"])
                reply["version"] = torch.__version__
            elif "prepare" in request:
                train = prepare(request["prepare"])
            else:
                train(1)
                start = time.perf_counter()
                train(request["steps"])
                reply["steps"] = request["steps"]
                reply["milliseconds"] = 1000 * (time.perf_counter() - start)
        except Exception as error:
            reply["error"] = repr(error)
        print(json.dumps(reply), flush=True)


main()
