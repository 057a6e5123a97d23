"""Trains a small network three epochs with `python/epochscope.py` beside, as a user would, and prints what it got right.

python watched_training.py torch|lightning|keras onnx|state|predictions FOLDER
"""
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../python"))
import epochscope
import numpy as np

kind, export, folder = sys.argv[1:]
MEAN, STD = 0.25, 0.5


def images(count):
    n, y, x = np.meshgrid(np.arange(count), np.arange(8), np.arange(8), indexing="ij")
    labels = np.arange(count) % 3
    pixels = np.where((y // 3) == labels[:, None, None], 0.8, ((7 * n + 13 * y + 5 * x) % 32) / 64)
    return (np.round(255 * pixels) / 255).astype(np.float32), labels


pixels, labels = images(96)
rights = []

if kind == "keras":
    import keras

    keras.utils.set_random_seed(3)
    x = ((pixels - MEAN) / STD)[..., None]
    model = keras.Sequential([
        keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten(),
        keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    watch = epochscope.Watch(folder, test=(x, labels), classes=["top", "middle", "bottom"], mean=MEAN, std=STD, export=export)

    class Right(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            rights.append(float((self.model.predict(x, verbose=0).argmax(1) == labels).mean()))

    model.fit(x, labels, epochs=3, batch_size=16, verbose=0, callbacks=[watch.keras(), Right()])
else:
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.manual_seed(3)
    torch.set_num_threads(1)
    x, y = torch.tensor((pixels - MEAN) / STD)[:, None], torch.tensor(labels)
    watch = epochscope.Watch(folder, test=(x, y), classes=["top", "middle", "bottom"], mean=MEAN, std=STD, export=export)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(144, 3))

    def right(model):
        model.eval()
        with torch.no_grad():
            rights.append((model(x).argmax(1) == y).double().mean().item())
        model.train()

    if kind == "torch":
        optimizer = torch.optim.Adam(net.parameters(), 1e-3)
        for epoch in range(1, 4):
            for start in range(0, 96, 16):
                loss = F.cross_entropy(net(x[start : start + 16]), y[start : start + 16])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            watch.log(epoch, net, train_loss=loss.item(), train_accuracy=0.5)
            assert net.training, "expected the model to train on"
            right(net)
    else:
        import lightning as L

        class Module(L.LightningModule):
            def __init__(self):
                super().__init__()
                self.net = net

            def forward(self, x):
                return self.net(x)

            def training_step(self, batch, _):
                loss = F.cross_entropy(self(batch[0]), batch[1])
                self.log("train_loss", loss)
                return loss

            def validation_step(self, batch, _):
                self.log("val_loss", F.cross_entropy(self(batch[0]), batch[1]))

            def on_validation_epoch_end(self):
                if not self.trainer.sanity_checking:
                    right(self.net)
                    self.net.eval()

            def configure_optimizers(self):
                return torch.optim.Adam(self.parameters(), 1e-3)

        data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), 16)
        trainer = L.Trainer(
            max_epochs=3, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
            accelerator="cpu", callbacks=[watch.lightning()],
        )
        trainer.fit(Module(), data, data)

print(json.dumps(rights))
