"""PyTorch: `onnx_torch.py network batch threads folder`.

Writes the network (torchvision's, random weights) as folder/net.onnx, and x, the seed and its gradient there as float32 files; prints
what was written. Then takes a turn for each line, "forward" or "gradient", and answers with milliseconds of processor time an image.
"""
import json
import os
import pathlib
import sys
import time
import warnings

name, batch, threads, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4])
os.environ["OMP_NUM_THREADS"] = str(threads)
warnings.filterwarnings("ignore")

import torch
import torchvision.models as models
from torch import nn

torch.set_num_threads(threads)
SECONDS = 0.5
torch.backends.mha.set_fastpath_enabled(False)  # one operator of its own, which no exporter knows


def exigo():
    layers, channels = [], 1
    for filters in [10, 7, 5, 1]:
        layers += [nn.Conv2d(channels, filters, 3), nn.ReLU()]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(400, 10))


def vit(size):
    return models.VisionTransformer(image_size=size, patch_size=16, num_layers=12, num_heads=3, hidden_dim=192, mlp_dim=768, num_classes=10)


class Mix(nn.Module):
    """A block of MLP-Mixer: (b, tokens, width) to the same."""
    def __init__(self, tokens, width):
        super().__init__()
        self.a, self.b = nn.LayerNorm(width), nn.LayerNorm(width)
        self.over, self.along = (nn.Sequential(nn.Linear(n, m), nn.GELU(), nn.Linear(m, n)) for n, m in ((tokens, 2 * tokens), (width, 4 * width)))

    def forward(self, x):
        x = x + self.over(self.a(x).transpose(1, 2)).transpose(1, 2)
        return x + self.along(self.b(x))


class Mixer(nn.Module):
    def __init__(self, size, width=256, depth=8):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 8, 8)
        self.blocks = nn.Sequential(*[Mix((size // 8) ** 2, width) for _ in range(depth)], nn.LayerNorm(width))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.blocks(self.patches(x).flatten(2).transpose(1, 2)).mean(1))


class Bert(nn.Module):
    """BERT-tiny from its word vectors on: two layers, two heads, 128 wide."""
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.TransformerEncoderLayer(128, 2, 512, 0, "gelu", batch_first=True) for _ in range(2)])
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x[:, 0])


def network():
    kind, size = name.split("-")
    size = int(size)
    if kind == "exigo":
        return exigo(), (1, size, size)
    if kind == "mixer":
        return Mixer(size), (3, size, size)
    if kind == "bert_tiny":
        return Bert(), (size, 128)
    net = vit(size) if kind == "vit_tiny" else getattr(models, kind)(weights=None, num_classes=10)
    nn.init.normal_(net.heads.head.weight, 0, 0.02) if kind == "vit_tiny" else None  # torchvision's is zero
    return net, (3, size, size)


torch.manual_seed(0)
net, shape = network()
net.train()
with torch.no_grad():
    for _ in range(2):  # batch norms that are no identity
        net(torch.randn(8, *shape))
net.eval()
for p in net.parameters():
    p.requires_grad_(False)
x = torch.randn(batch, *shape)
seed = torch.eye(10)[torch.arange(batch) % 10]


def forward():
    with torch.no_grad():
        return net(x)


def gradient():
    v = x.detach().requires_grad_(True)
    return torch.autograd.grad((net(v) * seed).sum(), v)[0]


torch.onnx.export(net, (x,), str(folder / "net.onnx"), opset_version=17, dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}})
for file, tensor in {"x": x, "seed": seed, "gradient": gradient()}.items():
    (folder / f"{file}.f32").write_bytes(tensor.contiguous().numpy().tobytes())
print(json.dumps({"shape": [batch, *shape], "torch": torch.__version__, "weights": sum(p.numel() for p in net.parameters())}), flush=True)

for line in sys.stdin:
    work = {"forward": forward, "gradient": gradient}[line.strip()]
    start, used, count = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - start < SECONDS:
        work()
        count += 1
    print(1000 * (time.process_time() - used) / (count * batch), flush=True)
