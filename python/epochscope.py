"""The story of a network that is trained in PyTorch, Lightning or Keras, told by epochscope.

One file that needs numpy alone; torch, lightning, keras, pandas and IPython are imported when they are used.

    import epochscope
    watch = epochscope.Watch("checkpoints", test=(x_test, y_test))
    for epoch in range(1, 11):
        train_one_epoch(model)
        watch.log(epoch, model)

Beside it, or afterwards: `npx ts-node runner.ts watch checkpoints --serve`. It writes what that command reads, and needs no
Node itself. `load(run)` gives all numbers of a run as numpy arrays, `show(run)` its page in a notebook's cell.
"""

import base64
import contextlib
import csv
import html
import importlib.util
import json
import math
import os
import pathlib
import re
import warnings

import numpy as np

__all__ = ["EpochscopeError", "Run", "Watch", "load", "show"]

FORMAT = "epochscope-watch/1"
EXPORTS = ("auto", "onnx", "state", "predictions")
# what PyTorch's and Keras' exporters import
NEEDED = {"auto": ("onnx",), "onnx": ("onnx",), "state": ("onnx", "onnxscript")}


class EpochscopeError(ValueError):
    """A mistake in what was given, in one line: what, expected, got."""


def _is_installed(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # it was put out of reach
        return False


# ---------------------------------------------------------------------------------------------------------- writing


class Watch:
    """Writes a checkpoint an epoch into a folder that `epochscope watch` reads.

    folder    where to; it is made.
    test      (x, y): the test images as the model takes them, and the class of each, a whole number. They are written
              once, so that `watch` needs no --data; and they are what `export="predictions"` asks about. Without them, give
              `watch` its --data, and give `log` a model that can be exported (`example` is one batch for it).
    classes   names of the classes.
    mean, std how x was normalised, one number or one a channel: x = (pixel in [0, 1] - mean) / std.
    export    "onnx": the whole network at each epoch. "state": its graph once, then its weights (PyTorch). "predictions":
              its answers to `test` alone, as .npz: always works, but what asks the network (saliency, LIME) is left out.
              "auto" is "onnx" where the package onnx is installed, else "predictions", with a warning.
    features  with "predictions": a function from the model and a batch to what the map is made of; by default the input
              of the last linear layer (PyTorch).
    """

    def __init__(self, folder, test=None, classes=None, mean=0.0, std=1.0, export="auto", example=None, features=None,
                 batch_size=256):
        if export not in EXPORTS:
            raise EpochscopeError(f"export: expected one of {', '.join(EXPORTS)}, got {export!r}")
        if export == "predictions" and test is None:
            raise EpochscopeError('test: expected (x, y), as export="predictions" asks about them, got none')
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        missing = [name for name in NEEDED.get(export, ()) if not _is_installed(name)]
        if missing and export != "auto":
            raise EpochscopeError(
                f'export="{export}": expected the package {" and ".join(missing)}, got none '
                f'(pip install {" ".join(missing)}; export="predictions" needs numpy alone)')
        if missing and test is not None:
            warnings.warn("epochscope: the package onnx is missing, so answers alone are written: the page will have no saliency "
                          "and no LIME (pip install onnx)", stacklevel=2)
            export = "predictions"
        self.export = "onnx" if export == "auto" else export
        self.mean, self.std = np.atleast_1d(np.asarray(mean, np.float64)), np.atleast_1d(np.asarray(std, np.float64))
        self.batch_size, self.features = batch_size, features
        self.x = self.y = None
        if test is not None:
            x, y = test
            self.x, self.y = _numbers(x).astype(np.float32, copy=False), _labels(y)
            if len(self.x) != len(self.y):
                raise EpochscopeError(f"test: expected as many labels as images, got {len(self.y)} for {len(self.x)}")
        self.example = _numbers(example).astype(np.float32) if example is not None else None
        self.classes = None if classes is None else [str(name) for name in classes]
        self._describe()

    def log(self, epoch, model=None, *, logits=None, probabilities=None, features=None, **metrics):
        """Writes the checkpoint of an epoch (0 is the untrained network): of a model, or of its answers to the test images.

        metrics   train_loss and train_accuracy are shown beside the rest.
        Returns the path of the file.
        """
        epoch = int(epoch)
        if epoch < 0:
            raise EpochscopeError(f"epoch: expected a whole number, 0 or more, got {epoch}")
        given = [value for value in (model, logits, probabilities) if value is not None]
        if len(given) != 1:
            raise EpochscopeError(f"log: expected a model, logits or probabilities, one of them, got {len(given)}")
        trained = {name: float(metrics[name]) for name in ("train_loss", "train_accuracy") if name in metrics}
        if len(trained) == 1:
            raise EpochscopeError(f"log: expected both train_loss and train_accuracy, got {next(iter(trained))} alone")
        name = f"epoch-{epoch:03d}"
        if model is None:
            return self._answers(name, trained, features=features, logits=logits, probabilities=probabilities)
        if self.export == "predictions":
            return self._answers(name, trained, **_asked(model, self.x, self.batch_size, self.features))
        if trained:
            _whole(self.folder / f"{name}.json", json.dumps(trained).encode())
        example = self.example if self.example is not None else None if self.x is None else self.x[:1]
        if _is_torch(model):
            if example is None:
                raise EpochscopeError("example: expected one batch, or test=(x, y), to export a PyTorch model, got neither")
            if self.export == "onnx":
                path = self.folder / f"{name}.onnx"
                return _written(path, lambda temporary: _export_torch(model, example[:1], temporary))
            graph = self.folder / "graph.onnx"
            if not graph.exists():
                _written(graph, lambda temporary: _export_graph(model, example[:1], temporary))
            import torch

            state = {key: value.detach().cpu() for key, value in model.state_dict().items()}
            return _written(self.folder / f"{name}.pt", lambda temporary: torch.save(state, temporary))
        if hasattr(model, "export"):  # Keras
            if self.export == "state":
                raise EpochscopeError('export: expected "onnx" or "predictions" for a Keras model, got "state"')
            return _written(self.folder / f"{name}.onnx", lambda temporary: _export_keras(model, temporary))
        raise EpochscopeError(f"model: expected a PyTorch or a Keras model, got {type(model).__name__}")

    def lightning(self):
        """A callback for `lightning.Trainer`: logs after each validation, or after each epoch of training without one."""
        try:
            from lightning.pytorch.callbacks import Callback
        except ImportError:
            from pytorch_lightning.callbacks import Callback
        watch = self

        class EpochscopeCallback(Callback):
            def _log(self, trainer, module):
                if trainer.sanity_checking or not trainer.is_global_zero:
                    return
                known = {name: trainer.callback_metrics.get(name) for name in ("train_loss", "train_accuracy")}
                trained = {} if None in known.values() else {name: float(value) for name, value in known.items()}
                watch.log(trainer.current_epoch + 1, module, **trained)

            def on_validation_epoch_end(self, trainer, pl_module):
                if trainer.state.fn == "fit":  # not where only validation was asked for
                    self._log(trainer, pl_module)

            def on_train_epoch_end(self, trainer, pl_module):
                if not trainer.enable_validation:
                    self._log(trainer, pl_module)

        return EpochscopeCallback()

    def keras(self):
        """A callback for `model.fit`: logs after each epoch, with its training loss and accuracy."""
        import keras

        watch = self

        class EpochscopeCallback(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs = logs or {}
                accuracy = next((value for name, value in logs.items() if name in ("accuracy", "acc", "sparse_categorical_accuracy")), None)
                both = "loss" in logs and accuracy is not None
                trained = {"train_loss": logs["loss"], "train_accuracy": accuracy} if both else {}
                watch.log(epoch + 1, self.model, **trained)

        return EpochscopeCallback()

    def _describe(self):
        """watch.json, and the test images beside it."""
        facts = {"format": FORMAT}
        if self.classes:
            facts["classNames"] = self.classes
        if np.any(self.mean != 0):
            facts["mean"] = self.mean.tolist()
        if np.any(self.std != 1):
            facts["std"] = self.std.tolist()
        if self.x is not None:
            images, layout = self._pixels()
            if layout:
                facts["layout"] = layout
            facts["data"] = "test-images.npz"
            arrays = {"images": images, "labels": self.y}
            _written(self.folder / "test-images.npz", lambda temporary: _savez(temporary, arrays))
        _whole(self.folder / "watch.json", (json.dumps(facts, indent=2) + "\n").encode())

    def _pixels(self):
        """The test images as bytes, channels last, and the layout that the model takes them in."""
        x = self.x
        if x.ndim not in (3, 4):
            raise EpochscopeError(f"test: expected images of shape (n, c, h, w), (n, h, w, c) or (n, h, w), got {x.shape}")
        first = x.ndim == 4 and x.shape[1] in (1, 3)
        if x.ndim == 4 and not first and x.shape[3] not in (1, 3):
            raise EpochscopeError(f"test: expected images of 1 or 3 channels, got {x.shape}")
        channels = (1, -1, 1, 1) if first else (1, 1, 1, -1)
        sides = (lambda v: v.reshape(channels)) if x.ndim == 4 else (lambda v: v)
        pixels = x * sides(self.std) + sides(self.mean)
        low, high = float(pixels.min()), float(pixels.max())
        if not (-0.01 <= low and high <= 1.01):
            raise EpochscopeError(
                f"test: expected pixels from 0 to 1 before (x - mean) / std, got {low:.3g} to {high:.3g}: give mean= and std="
            )
        if first:
            pixels = pixels.transpose(0, 2, 3, 1)
        layout = None if x.ndim == 3 else "nchw" if first else "nhwc"
        return np.round(255 * np.clip(pixels, 0, 1)).astype(np.uint8), layout

    def _answers(self, name, trained, *, logits=None, probabilities=None, features=None):
        arrays = {key: np.float64(value) for key, value in trained.items()}
        for key, value in (("logits", logits), ("probabilities", probabilities), ("features", features)):
            if value is None:
                continue
            rows = _numbers(value).astype(np.float32)
            if rows.ndim < 2 or (self.y is not None and len(rows) != len(self.y)):
                wanted = "(n, k)" if self.y is None else f"({len(self.y)}, k)"
                raise EpochscopeError(f"{key}: expected shape {wanted}, a row a test image, got {rows.shape}")
            arrays[key] = rows
        return _written(self.folder / f"{name}.npz", lambda temporary: _savez(temporary, arrays))


def _is_torch(model):
    import sys

    torch = sys.modules.get("torch")
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(model, keras.Model):
        return False  # also where Keras computes with PyTorch
    return torch is not None and isinstance(model, torch.nn.Module)


@contextlib.contextmanager
def _answering(model):
    """A PyTorch model that answers: no dropout, no gradients; afterwards as it was."""
    import torch

    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    finally:
        for module, training in modes:
            module.training = training


def _export_torch(model, example, path, **options):
    import torch

    with _answering(model) as device, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this exporter is an old one is nobody's business here
        x = torch.as_tensor(np.ascontiguousarray(example)).to(device)
        torch.onnx.export(
            model, (x,), str(path), dynamo=False, opset_version=17, input_names=["x"], output_names=["y"],
            dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}, **options,
        )


def _export_graph(model, example, path):
    """The graph whose weights have the names of the state; arrays of equal numbers are kept apart for it."""
    import copy

    import torch

    apart = copy.deepcopy(model).cpu()
    with torch.no_grad():  # this exporter writes arrays of equal numbers once: an untrained norm's have to differ
        for number, array in enumerate(apart.state_dict().values()):
            if array.is_floating_point() and array.numel():
                array.copy_(0.5 + torch.rand(array.shape, generator=torch.Generator().manual_seed(number)))
    _export_torch(apart, example, path, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE)


def _export_keras(model, path):
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        warnings.simplefilter("ignore")
        model.export(str(path), format="onnx", verbose=False)


def _asked(model, x, batch_size, features):
    """Logits (of a Keras model: what it gives), and what the map is made of."""
    if not _is_torch(model):
        answers = np.asarray(model.predict(x, batch_size=batch_size, verbose=0), np.float32)
        own = {} if features is None else {"features": _rows([features(model, x)])}
        sums = answers.sum(1)
        isProbability = answers.min() >= 0 and np.all(np.abs(sums - 1) < 4e-3)
        return {"probabilities" if isProbability else "logits": answers, **own}
    import torch

    last = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1:]
    seen, logits, rows = [], [], []
    hooks = [module.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0])) for module in last]
    try:
        with _answering(model) as device:
            for start in range(0, len(x), batch_size):
                batch = torch.as_tensor(np.ascontiguousarray(x[start : start + batch_size])).to(device)
                seen.clear()
                logits.append(_numbers(model(batch)))
                if features is not None:
                    rows.append(features(model, batch))
                elif seen:
                    rows.append(seen[-1])
    finally:
        for hook in hooks:
            hook.remove()
    return {"logits": np.concatenate(logits), **({"features": _rows(rows)} if rows else {})}


def _rows(parts):
    return np.concatenate([np.asarray(_numbers(part), np.float32).reshape(len(part), -1) for part in parts])


def _numbers(value):
    """A tensor of PyTorch, TensorFlow or JAX, or anything that numpy takes."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype == object or not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        raise EpochscopeError(f"array: expected numbers, got {array.dtype}")
    return array


def _labels(y):
    y = _numbers(y)
    if y.ndim == 2 and y.shape[1] > 1:
        y = y.argmax(1)  # one-hot
    y = y.reshape(-1)
    whole = y.astype(np.int64)
    if np.any(whole != y) or whole.min(initial=0) < 0:
        raise EpochscopeError("test: expected labels that are whole numbers from 0, got others")
    return whole.astype(np.uint16)


def _written(path, write):
    """Writes beside and renames: nobody ever reads half a file."""
    temporary = path.with_name(f".{path.name}.writing{path.suffix}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _whole(path, content):
    return _written(path, lambda temporary: temporary.write_bytes(content))


def _savez(path, arrays):
    with open(path, "wb") as file:
        np.savez(file, **arrays)


# ---------------------------------------------------------------------------------------------------------- reading


def load(run="latest", save="save"):
    """A run's numbers: by its name in `save`, an unambiguous beginning of it, `latest`, or its folder."""
    for folder in (pathlib.Path(save) / str(run), pathlib.Path(str(run))):
        if (folder / "run.json").is_file():
            return Run(folder.resolve())
    names = [path.parent for path in pathlib.Path(save).glob("*/run.json")]
    if str(run) == "latest" and names:
        return Run(max(names, key=lambda folder: json.loads((folder / "run.json").read_text("utf8"))["startedAt"]).resolve())
    found = sorted({folder.resolve() for folder in names if folder.name.startswith(str(run))})
    if len(found) == 1:
        return Run(found[0])
    got = "none" if not found else f"{len(found)} that begin so"
    raise EpochscopeError(f"run: expected the name of one in {save}, or its folder, got {run!r}: {got}")


class Run:
    """What a run left. Tables are pandas' where pandas is installed, else dictionaries of lists by column."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.facts = json.loads((self.path / "run.json").read_text("utf8"))

    def __repr__(self):
        return f"Run({str(self.path)!r})"

    @property
    def classes(self):
        return self.facts["data"]["classNames"]

    @property
    def epochs(self):
        """The epochs that are whole, ascending."""
        return [line["epoch"] for line in self._lines()]

    @property
    def best(self):
        """The epoch of the least validation loss, or test loss where nothing was validated."""
        def loss(line):
            return line["testLoss"] if line["validationLoss"] is None else line["validationLoss"]
        return min(self._lines(), key=loss)["epoch"]

    @property
    def metrics(self):
        """A row an epoch."""
        lines = self._lines()
        plain = [name for name in lines[0] if name not in ("steps", "seconds", "failures", "sha256")] if lines else []
        table = {name: [line.get(name) for line in lines] for name in plain}
        for name in ("train", "evaluate", "probes"):
            table[f"seconds_{name}"] = [line.get("seconds", {}).get(name) for line in lines]
        return _table(table)

    @property
    def suspects(self):
        """Test (and validation) images by how likely their label is wrong; None where the run left none."""
        return self._csv("suspects.csv")

    @property
    def samples(self):
        """What training did with each image, and how each test image was answered; None where the run left none."""
        return self._csv("samples.csv")

    @property
    def images(self):
        """The test images, bytes, [n, height, width, channels]; read from the disk where they are looked at."""
        file = self.path / "data" / "test-images.npy"
        if file.is_file():
            return np.load(file, mmap_mode="r")
        saved = self._test_images()
        return saved["pixels"].reshape(saved["count"], *saved["shape"])

    @property
    def labels(self):
        """The class of each test image, from 0."""
        file = self.path / "data" / "test-labels.npy"
        return np.load(file) if file.is_file() else self._test_images()["labels"]

    @property
    def notes(self):
        """What people wrote of the run: its tags and its note."""
        file = self.path / "notes.json"
        return json.loads(file.read_text("utf8")) if file.is_file() else {}

    @property
    def status(self):
        """How far the run is: running, done, interrupted or failed; None where an earlier version made it."""
        file = self.path / "status.json"
        return json.loads(file.read_text("utf8"))["status"] if file.is_file() else None

    def predictions(self, epoch="best"):
        """The probabilities of every test image after an epoch ("best", "last" or its number), [n, classes]."""
        file = self.path / "predictions" / f"epoch-{self._epoch(epoch):03d}.npy"
        if file.is_file():
            return np.load(file)
        rows = self.artifact("confusion", "matrix", epoch)["numbers"]["probabilities"]
        return rows.reshape(-1, len(self.classes))

    def map(self, epoch="best"):
        """The map: points [n, 2 or 3], and the places of their images in the test split."""
        artifact = self.artifact("projection", "map", epoch)
        indices = artifact["numbers"]["indices"]
        return artifact["data"]["points"].reshape(len(indices), -1), indices

    def artifact(self, probe, name=None, epoch="best"):
        """What a probe left at an epoch, its arrays as numpy's."""
        wanted = self._epoch(epoch)
        if probe == "network" and name is None and self.facts.get("format") != "epochscope-run/1":
            name = "inside"
        file = self.path / "artifacts" / probe / f"{name + '-' if name else ''}epoch-{wanted:03d}.json"
        if not file.is_file():
            there = sorted({path.stem for path in (self.path / "artifacts").glob(f"{probe}/*.json")})
            raise EpochscopeError(f"artifact: expected {file}, got {', '.join(there) or 'no such probe'}")
        return _saved(file)

    def _epoch(self, epoch):
        return {"best": lambda: self.best, "last": lambda: self.epochs[-1]}.get(epoch, lambda: int(epoch))()

    def _lines(self):
        file = self.path / "metrics.jsonl"
        text = file.read_text("utf8") if file.is_file() else ""
        by_epoch = {line["epoch"]: line for line in map(json.loads, text.splitlines()) if line}
        return [by_epoch[epoch] for epoch in sorted(by_epoch)]

    def _test_images(self):
        file = self.path / "data" / "test.json"
        return _saved(file if file.is_file() else self.path / "artifacts" / "test-images.json")

    def _csv(self, name):
        file = self.path / name
        if not file.is_file():
            return None
        with open(file, encoding="utf8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return _table({column: _column([row[column] for row in rows]) for column in (rows[0] if rows else {})})

    def _repr_html_(self):
        return _frame(self.path, 900)


def show(run="latest", height=900, save="save"):
    """A run's page in a notebook's cell."""
    from IPython.display import HTML

    found = run if isinstance(run, Run) else load(run, save)
    return HTML(_frame(found.path, height))


def _frame(path, height):
    page = pathlib.Path(path) / "report.html"
    if not page.is_file():
        raise EpochscopeError(f"{page}: expected the run's page, got none: `report {path}` writes it")
    inside = html.escape(page.read_text("utf8"), quote=True)
    return f'<iframe srcdoc="{inside}" width="100%" height="{int(height)}" style="border:0" sandbox="allow-scripts"></iframe>'


_DTYPES = {"Float32Array": "<f4", "Float64Array": "<f8", "Uint8Array": "u1", "Uint16Array": "<u2", "Uint32Array": "<u4", "Int32Array": "<i4"}


def _saved(file):
    """A saved value, with its arrays."""
    beside = file.with_suffix(".npz")
    arrays = np.load(beside) if beside.is_file() else {}
    try:
        return _decoded(json.loads(file.read_text("utf8")), file.parent, arrays)
    finally:
        if arrays:
            arrays.close()


def _decoded(value, folder, arrays):
    """The arrays that a value names: of the .npz beside, of files of their own, and as format /1 has them."""
    if isinstance(value, list):
        return [_decoded(one, folder, arrays) for one in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["array"] and isinstance(value["array"], str):
        return arrays[value["array"]]
    if sorted(value) == ["npy", "sha256"]:
        return np.load(_own(folder, value["npy"]))
    if sorted(value) == ["lines", "sha256"]:
        lines = _own(folder, value["lines"]).read_text("utf8").split("\n")[:-1]
        return [re.sub(r"\\([\\n])", lambda sign: "\n" if sign[1] == "n" else "\\", line) for line in lines]
    if sorted(value) == ["columns", "records"]:
        return _explanations(_decoded(value["columns"], folder, arrays), value["records"])
    dtype = _DTYPES.get(value.get("dtype"))
    if dtype and "base64" in value:
        return np.frombuffer(base64.b64decode(value["base64"]), dtype)
    if dtype and "file" in value:
        if re.search(r"[\\/]", value["file"]):
            raise EpochscopeError(f"{folder}: expected a file beside, got {value['file']!r}")
        return np.fromfile(folder / value["file"], dtype, value["length"], offset=value["offset"])
    return {name: _decoded(one, folder, arrays) for name, one in value.items()}


def _own(folder, name):
    if not re.fullmatch(r"(\.\./\.\./(data|predictions)/)?[\w-][\w.-]*\.(npy|txt)", name):
        raise EpochscopeError(f"{folder}: expected a file of the run's own, got {name!r}")
    return folder / name


def _explanations(columns, records):
    """A list of explanations, from columns over all of them."""
    starts = columns.pop("starts")
    listed = []
    for i, record in enumerate(records):
        one = dict(record)
        for name, values in columns.items():
            of_segments = name in ("weights", "errors")
            one["explained" if name == "target" else name] = values[starts[i]:starts[i + 1]] if of_segments else values[i]
        listed.append(one)
    return listed


def _column(texts):
    """Numbers where all are, an empty one as NaN; else texts."""
    cells = [_cell(text) for text in texts]
    numbers = [cell for cell in cells if cell != ""]
    if len(numbers) in (0, len(cells)) or any(isinstance(cell, str) for cell in numbers):
        return cells
    return [math.nan if cell == "" else cell for cell in cells]


def _cell(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _table(columns):
    try:
        import pandas
    except ImportError:
        return columns
    return pandas.DataFrame(columns)
