"""marcotcr/lime with PyTorch on MNIST digits: seconds for ten explanations of 1,000 masks each, after one to warm up.

  python3 lime_torch.py EXIGO_JSON MNIST_FOLDER BATCH THREADS
"""
import json, os, sys, time

os.environ["OMP_NUM_THREADS"] = sys.argv[4]
os.environ["TQDM_DISABLE"] = "1"
import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from skimage.segmentation import slic
from torch import nn

weights = {p["name"]: np.array(p["values"], np.float32).reshape(p["shape"]) for p in json.load(open(sys.argv[1]))["weights"]}
net = nn.Sequential(nn.Conv2d(1, 10, 3), nn.ReLU(), nn.Conv2d(10, 7, 3), nn.ReLU(), nn.Conv2d(7, 5, 3), nn.ReLU(),
                    nn.Conv2d(5, 1, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 10)).eval()
for i, name in zip([0, 2, 4, 6, 9], ["conv1", "conv2", "conv3", "conv4", "linear1"]):
    k = weights[f"{name}/kernel"]
    net[i].weight.data = torch.from_numpy(np.ascontiguousarray(k.transpose(3, 2, 0, 1) if k.ndim == 4 else k.T))
    net[i].bias.data = torch.from_numpy(weights[f"{name}/bias"])

def predict(rgb):
    with torch.no_grad():
        x = torch.from_numpy(np.asarray(rgb, np.float32)[..., 0][:, None])
        return torch.softmax(net((x - 0.5) / 0.5), 1).numpy()

digits = np.fromfile(f"{sys.argv[2]}/t10k-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28) / 255.0
explainer = LimeImageExplainer(random_state=0)
segment = lambda image: slic(image, n_segments=50, compactness=1, sigma=1, start_label=0)
explain = lambda digit, n: explainer.explain_instance(np.repeat(digit[..., None], 3, 2), predict, top_labels=1, num_samples=n,
                                                      batch_size=int(sys.argv[3]), segmentation_fn=segment)
explain(digits[0], 200)
assert abs(predict(np.repeat(digits[:1][..., None], 3, 3))[0, 7] - 0.92354) < 1e-4, "not the reference's network"
start = time.perf_counter()
for digit in digits[:10]: explain(digit, 1000)
print(time.perf_counter() - start)
