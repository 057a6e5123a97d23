"""PyTorch: `engine_torch.py network batch threads mnist-folder`, or `engine_torch.py export network file`.

Speaks as rounds.ts does: a line in, one measurement out.
"""
import json
import os
import resource
import sys
import time

if sys.argv[1] != "export":
    os.environ["OMP_NUM_THREADS"] = sys.argv[3]  # set_num_threads alone leaves part of the work on all cores

import numpy as np
import torch
from torch import nn

IMAGES = 6400
SECONDS = 1


def network(name):
    layers, channels = [], 1
    if name == "exigo":
        for filters in [10, 7, 5, 1]:
            layers += [nn.Conv2d(channels, filters, 3), nn.ReLU()]
            channels = filters
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(400, 10))
    widths = {"cnn": (16, 32), "keras": (32, 64)}[name]
    for filters in widths:
        layers += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(25 * channels, 10))


def rates(work):
    start, before, images = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - start < SECONDS:
        images += work()
    return images / (time.perf_counter() - start), images / (time.process_time() - before)


def main(name, batch, threads, folder):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    pixels = np.fromfile(f"{folder}/train-images-idx3-ubyte", dtype=np.uint8)[16 : 16 + IMAGES * 784]
    labels = np.fromfile(f"{folder}/train-labels-idx1-ubyte", dtype=np.uint8)[8 : 8 + IMAGES]
    x = torch.from_numpy(pixels.reshape(IMAGES, 1, 28, 28).astype(np.float32) / 255)
    y = torch.from_numpy(labels.astype(np.int64))
    model = network(name)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    state = {"start": 0}

    def train():
        if state["start"] + batch > IMAGES:
            state["start"] = 0
        rows = slice(state["start"], state["start"] + batch)
        output = model(x[rows])
        loss = criterion(output, y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        (output.argmax(1) == y[rows]).sum().item()
        state["start"] += batch
        return batch

    def infer():
        with torch.no_grad():
            model(x[:500])
        return 500

    train()
    infer()
    print("ready", flush=True)
    for _ in sys.stdin:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        (train_wall, train_cpu), (infer_wall, infer_cpu) = rates(train), rates(infer)
        measured = {"train": train_wall, "trainCpu": train_cpu, "infer": infer_wall, "inferCpu": infer_cpu, "peak": peak}
        print(json.dumps(measured), flush=True)


if sys.argv[1] == "export":
    torch.onnx.export(
        network(sys.argv[2]), torch.zeros(500, 1, 28, 28), sys.argv[3], dynamic_axes={"x": {0: "n"}}, input_names=["x"]
    )
else:
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
