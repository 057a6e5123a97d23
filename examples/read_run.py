"""Shows a run's confusion matrix, its map and one explanation, by docs/run-folder.md and numpy alone.

    python read_run.py save/latest          add --draw to write them as read_run.png (needs matplotlib)
"""
import json
import pathlib
import sys

import numpy as np

run = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "save/latest")
facts = json.loads((run / "run.json").read_text("utf8"))
if facts["format"] != "epochscope-run/2":
    sys.exit(f"{run}: expected format epochscope-run/2, got {facts['format']}")
lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text("utf8").splitlines()]
best = min(lines, key=lambda line: line["testLoss"] if line["validationLoss"] is None else line["validationLoss"])
epoch, names = best["epoch"], facts["data"]["classNames"]


def artifact(probe, name):
    stem = run / "artifacts" / probe / f"{name}-epoch-{epoch:03d}"
    return json.loads(stem.with_suffix(".json").read_text("utf8")), np.load(stem.with_suffix(".npz"))


print(f"{facts['name']}: {facts['model']['name']} on {facts['data']['name']}, epoch {epoch}, "
      f"test accuracy {best['testAccuracy']:.2%}\n")

matrix, arrays = artifact("confusion", "matrix")
counts = arrays["data.counts"]
probabilities = np.load(run / "predictions" / f"epoch-{epoch:03d}.npy")
labels = np.load(run / "data" / "test-labels.npy")
assert (counts.trace() == (probabilities.argmax(1) == labels).sum())
print(matrix["data"]["title"], "(rows: the label, columns: the answer)")
for name, row in zip(names, counts):
    print(f"{name[:12]:>12}", *(f"{count:5d}" for count in row))

_, place = artifact("projection", "map")
points, classes, shown = place["data.points"], place["data.labels"], 24
where = ((points[:, :2] - points[:, :2].min(0)) / np.ptp(points[:, :2], axis=0) * [2 * shown - 1, shown - 1]).round()
grid = np.full((shown, 2 * shown), " ")
grid[where[:, 1].astype(int), where[:, 0].astype(int)] = np.array([name[0] for name in names])[classes]
print("\nthe map: each letter is the first of a class's name\n" + "\n".join("".join(row) for row in grid[::-1]))

lime, parts = artifact("lime", "segments")
column = {name: parts[ref["array"]] for name, ref in lime["data"]["explanations"]["columns"].items()}
weights = column["weights"][column["starts"][0]:column["starts"][1]]
heat = weights[column["segments"][0]]
print(f"\n{lime['data']['explanations']['records'][0]['caption']}: what speaks for {names[column['target'][0]]} (+) and against it (-)")
for row in np.where(heat > 0.05, "+", np.where(heat < -0.05, "-", ".")):
    print("".join(row))

if "--draw" in sys.argv:
    import matplotlib.pyplot as plt

    _, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 5))
    left.imshow(np.log1p(counts))
    middle.scatter(*points[:, :2].T, c=classes, s=2, cmap="tab10")
    right.imshow(parts["data.images"][0].mean(-1), cmap="gray")
    right.imshow(heat, cmap="RdBu", alpha=0.5, vmin=-abs(heat).max(), vmax=abs(heat).max())
    plt.savefig("read_run.png")
