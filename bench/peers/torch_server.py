"""PyTorch as a contender: a process that speaks the lines of JSON described in contender.ts.

The training loop is the one people write: eager, torch.nn, torch.optim with its defaults. The batches are slices of data
that already lie in memory, so PyTorch is spared the shuffling and collating a DataLoader would add.
"""

import json
import sys
import time

import torch
from torch import nn


def build(workload):
    layers = []
    width = workload["features"]
    for layer in workload["layers"]:
        if layer["type"] == "batchNorm":
            layers.append(nn.BatchNorm1d(width))
            continue
        layers.append(nn.Linear(width, layer["units"]))
        width = layer["units"]
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
    inputs = torch.randn(rows, workload["features"]).split(workload["batch"])
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
