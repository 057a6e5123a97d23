"""Reads every file of a run of format epochscope-run/2 by docs/run-folder.md and numpy alone, and prints what it found."""
import hashlib
import json
import pathlib
import re
import sys

import numpy as np

run = pathlib.Path(sys.argv[1])
found = {}


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def note(file, path, array):
    found[f"{file}: {path}"] = [array.dtype.str, list(array.shape), sha256(array.tobytes())]


def walk(value, path, file, arrays):
    if isinstance(value, list):
        for i, one in enumerate(value):
            walk(one, f"{path}.{i}", file, arrays)
    elif isinstance(value, dict):
        if list(value) == ["array"]:
            note(file.relative_to(run), path, arrays[value["array"]])
        elif sorted(value) == ["npy", "sha256"]:
            beside = file.parent / value["npy"]
            assert sha256(beside.read_bytes()) == value["sha256"], beside
            note(file.relative_to(run), path, np.load(beside, mmap_mode="r"))
        elif sorted(value) == ["lines", "sha256"]:
            beside = file.parent / value["lines"]
            assert sha256(beside.read_bytes()) == value["sha256"], beside
            found[f"{file.relative_to(run)}: {path}"] = beside.read_text("utf8").split("\n")[:-1]
        else:
            for name, one in value.items():
                walk(one, f"{path}.{name}" if path else name, file, arrays)


files = sorted([*run.glob("artifacts/**/*.json"), *run.glob("data/*.json")])
for file in files:
    text = file.read_text("utf8")
    body, digest = re.fullmatch(r'(.*),"sha256":"([0-9a-f]{64})"\}', text, re.S).groups()
    npz = file.with_suffix(".npz")
    beside = npz.read_bytes() if '"array":"' in text else b""
    assert npz.is_file() == bool(beside), file
    assert sha256((body + "}").encode(), beside) == digest, file
    walk(json.loads(text), "", file, np.load(npz) if beside else {})

known = {file.with_suffix(".npz") for file in files}
strays = [str(file) for file in run.glob("**/*.npz") if file not in known]
classes = len(json.loads((run / "run.json").read_text("utf8"))["data"]["classNames"])
sums = [float(np.abs(np.load(file).sum(1) - 1).max()) for file in run.glob("predictions/*.npy")]
print(json.dumps({"arrays": found, "strays": strays, "sums": sums, "classes": classes}))
