"""marcotcr/lime with PyTorch on MNIST digits, ten explanations of 1,000 masks each.

  python3 lime_torch.py NETWORK WEIGHTS_JSON MNIST_FOLDER THREADS

Prints the network's probabilities of the first digit when it is ready; then for every line of standard input, a batch size,
the seconds that the ten took.
"""
import json, os, sys, time

os.environ["OMP_NUM_THREADS"] = sys.argv[4]
os.environ["TQDM_DISABLE"] = "1"
import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from skimage.segmentation import slic
from torch import nn

LAYERS = {
    "exigo": [nn.Conv2d(1, 10, 3), nn.ReLU(), nn.Conv2d(10, 7, 3), nn.ReLU(), nn.Conv2d(7, 5, 3), nn.ReLU(),
              nn.Conv2d(5, 1, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 10)],
    "cnn": [nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(800, 10)],
}
name = sys.argv[1]
net = nn.Sequential(*LAYERS[name]).eval()
arrays = [np.array(p["values"], np.float32).reshape(p["shape"]) for p in json.load(open(sys.argv[2]))["weights"]]
channels = 1
for layer, kernel, bias in zip([own for own in net if hasattr(own, "weight")], arrays[::2], arrays[1::2]):
    if kernel.ndim == 4:
        channels = kernel.shape[3]
        kernel = kernel.transpose(3, 2, 0, 1)
    else:  # its inputs lie channels last there, channels first here
        kernel = kernel.reshape(-1, channels, 10).transpose(2, 1, 0).reshape(10, -1)
    layer.weight.data = torch.from_numpy(np.ascontiguousarray(kernel))
    layer.bias.data = torch.from_numpy(bias)

def predict(rgb):
    with torch.no_grad():
        x = torch.from_numpy(np.asarray(rgb, np.float32)[..., 0][:, None])
        return torch.softmax(net((x - 0.5) / 0.5 if name == "exigo" else x), 1).numpy()

digits = np.fromfile(f"{sys.argv[3]}/t10k-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28) / 255.0
explainer = LimeImageExplainer(random_state=0)
segment = lambda image: slic(image, n_segments=50, compactness=1, sigma=1, start_label=0)
explain = lambda digit, batch: explainer.explain_instance(np.repeat(digit[..., None], 3, 2), predict, top_labels=1,
                                                          num_samples=1000, batch_size=batch, segmentation_fn=segment)
print(json.dumps(predict(np.repeat(digits[:1][..., None], 3, 3))[0].tolist()), flush=True)
for line in sys.stdin:
    batch, seconds = line.split()
    start, times = time.perf_counter(), 0
    while time.perf_counter() - start < float(seconds):
        for digit in digits[:10]: explain(digit, int(batch))
        times += 1
    print((time.perf_counter() - start) / times, flush=True)
