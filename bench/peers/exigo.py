"""The published pipeline exigo's job, as its runner.py has it: `exigo.py mnist-folder save-folder`.

Four valid 3 x 3 convolutions with relu and one linear layer; inputs in [-1, 1] by torchvision's transforms; Adam at 1e-5,
batches of 32, two epochs, cross-entropy; before training and after each epoch: evaluation on the 10,000 test images, a
confusion matrix, saliency maps of ten images and 1,000 standardised embeddings as TensorBoard's projector reads them.
"""
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.metrics import confusion_matrix
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

folder, save = sys.argv[1:3]
torch.manual_seed(0)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 10, 3), nn.ReLU(), nn.Conv2d(10, 7, 3), nn.ReLU(),
            nn.Conv2d(7, 5, 3), nn.ReLU(), nn.Conv2d(5, 1, 3), nn.ReLU(), nn.Flatten(),
        )
        self.linear = nn.Linear(400, 10)

    def forward(self, x):
        embedding = self.convolutions(x)
        return self.linear(embedding), embedding


def loaders():
    raw = os.path.join(save, "data", "MNIST", "raw")
    os.makedirs(raw)
    for name in os.listdir(folder):
        if name.endswith("ubyte"):
            os.symlink(os.path.join(folder, name), os.path.join(raw, name))
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    train, test = (datasets.MNIST(os.path.join(save, "data"), train=part, transform=transform) for part in (True, False))
    return DataLoader(train, batch_size=32, shuffle=True), DataLoader(test, batch_size=32)


def evaluate(model, loader):
    losses, truth, predicted, embeddings = [], [], [], []
    for x, y in loader:
        with torch.no_grad():
            logits, embedding = model(x)
        losses.append(nn.functional.cross_entropy(logits, y).item())
        truth.append(y.numpy())
        predicted.append(logits.argmax(1).numpy())
        embeddings.append(embedding.numpy())
    return np.mean(losses), np.concatenate(truth), np.concatenate(predicted), np.concatenate(embeddings)


def gradient(model, x):
    x = x.clone().requires_grad_(True)
    model(x)[0].sum().backward()
    return x.grad[0, 0].numpy()


def draw_confusion(truth, predicted, path):
    counts = confusion_matrix(truth, predicted)
    figure, axes = plt.subplots(figsize=(10, 10))
    axes.imshow(counts)
    for (row, column), count in np.ndenumerate(counts):
        axes.text(column, row, count, ha="center", va="center")
    figure.savefig(path)
    plt.close(figure)


def draw_saliency(model, loader, path):
    images = next(iter(loader))[0][:10]
    figure, axes = plt.subplots(5, 10, figsize=(20, 10))
    for column, x in enumerate(images):
        at_base, at_image = gradient(model, torch.full((1, 1, 28, 28), -1.0)), gradient(model, x[None])
        panels = [x[0], np.abs(at_base), np.abs(at_image), at_image - at_base, np.abs(at_image) * x[0].numpy()]
        for row, panel in enumerate(panels):
            axes[row, column].imshow(panel)
            axes[row, column].axis("off")
    figure.savefig(path)
    plt.close(figure)


def main():
    train, test = loaders()
    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
    for epoch in range(-1, 2):
        if epoch >= 0:
            for x, y in train:
                loss = nn.functional.cross_entropy(model(x)[0], y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss.item()
        loss, truth, predicted, embeddings = evaluate(model, test)
        print(f"epoch {epoch}: loss {loss:.4f} accuracy {np.mean(truth == predicted):.4f}", flush=True)
        draw_confusion(truth, predicted, os.path.join(save, f"confusion_{epoch}.png"))
        draw_saliency(model, test, os.path.join(save, f"saliency_{epoch}.png"))
        standardised = (embeddings - embeddings.mean()) / embeddings.std(ddof=1)
        np.savetxt(os.path.join(save, f"tensors_{epoch}.tsv"), standardised[:1000], delimiter="\t")
    torch.save(model.state_dict(), os.path.join(save, "best_model.pkl"))


main()
