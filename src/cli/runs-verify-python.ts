/**
 * A Python script that computes a run's numbers again with numpy and scikit-learn, from predictions and labels alone,
 * and prints a list of checks. It stands here as text, so that an installed package has it, too.
 */
export const PYTHON_CHECKS = `
import json, pathlib, sys
import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, precision_recall_fscore_support

run = pathlib.Path(sys.argv[1])
facts = json.loads((run / "run.json").read_text("utf8"))
classes = range(len(facts["data"]["classNames"]))
lines = {line["epoch"]: line for line in map(json.loads, (run / "metrics.jsonl").read_text("utf8").splitlines())}
checks = []

def check(name, expected, got, tolerance):
    expected, got = np.asarray(expected, float), np.asarray(got, float)
    ok = expected.shape == got.shape and bool(np.allclose(expected, got, rtol=tolerance, atol=tolerance))
    checks.append({"name": name, "ok": ok, "expected": str(expected.ravel()[:8].tolist()), "got": str(got.ravel()[:8].tolist())})

if facts["format"] != "epochscope-run/2":
    sys.exit("runs of format /1 are upgraded first (runs upgrade)")
labels = np.load(run / "data" / "test-labels.npy") if (run / "predictions").is_dir() else None
for file in sorted(run.glob("predictions/epoch-*.npy")):
    epoch = int(file.stem.split("-")[1])
    rows = np.load(file)
    predicted = rows.argmax(1)
    kept = np.load(run / "artifacts" / "confusion" / f"matrix-epoch-{epoch:03d}.npz")
    check(f"scikit-learn, epoch {epoch}: confusion", confusion_matrix(labels, predicted, labels=classes), kept["data.counts"], 0)
    scores = precision_recall_fscore_support(labels, predicted, labels=classes, zero_division=0)
    for name, values in zip(("precision", "recall", "f1"), scores):
        check(f"scikit-learn, epoch {epoch}: {name}", values, np.nan_to_num(kept[f"numbers.{name}"]), 1e-9)
    if epoch in lines:
        check(f"scikit-learn, epoch {epoch}: accuracy", accuracy_score(labels, predicted), lines[epoch]["testAccuracy"], 1e-9)
        wide = rows.astype(float)
        loss = log_loss(labels, wide / wide.sum(1, keepdims=True), labels=list(classes))
        check(f"scikit-learn, epoch {epoch}: loss", loss, lines[epoch]["testLoss"], 1e-4)
print(json.dumps(checks))
`;
