/**
 * @file `watch` reads the files that python/epochscope.py writes for trainings in PyTorch, Lightning and Keras; and
 * python/epochscope.py reads runs.
 */
import {execFileSync} from "node:child_process";
import {readdirSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {watch} from "../../src/pipeline/watch";
import {temporaryFolder} from "../support/idx-files";
import {metricsOf} from "../support/small-run";
import {FEW, linesOf, onnxFolder, pathOf, pixelsOf, REFERENCE, testImages, watchAll} from "../support/watched";

/** A Python with numpy; what it has beside it decides which of these run. */
const PYTHON = process.env.PYTHON ?? "python3";
const ROOT = join(__dirname, "..", "..");

function has(modules: string): boolean {
  try {
    execFileSync(PYTHON, ["-c", `import ${modules}`], {stdio: "ignore", env: {...process.env, KERAS_BACKEND: "torch"}});
    return true;
  } catch {
    return false;
  }
}

const TRAININGS = [
  ["torch", "onnx", "torch"],
  ["torch", "state", "torch"],
  ["torch", "predictions", "torch"],
  ["lightning", "onnx", "torch, lightning"],
  ["lightning", "state", "torch, lightning"],
  ["keras", "onnx", "torch, keras, onnx, onnxscript"],
  ["keras", "predictions", "torch, keras"],
] as const;

describe.each(TRAININGS)("%s, export=%s", (kind, exported, modules) => {
  // If PYTHON (python3 by default) lacks what is named here, the test cannot train: it is skipped, and says so.
  test.skipIf(!has(modules))(`watched without a flag, it is right as often as there (needs ${modules})`, async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    const said = execFileSync(PYTHON, [join(__dirname, "watched_training.py"), kind, exported, folder], {
      encoding: "utf8",
    });
    const rights: number[] = JSON.parse(said.trim().split("\n").at(-1)!);
    expect(rights.length).toBe(3);
    const events = [];
    const save = join(temporaryFolder(), "save");
    for await (const event of watch(folder, {once: true, save, projector: 4}, FEW, {quietFor: 0})) events.push(event);
    const path = pathOf(events);
    expect(events.filter(({type}) => type === "refused" || type === "failure")).toEqual([]);
    expect(metricsOf(path).map(({epoch}) => epoch)).toEqual([1, 2, 3]);
    expect(metricsOf(path).map(({testAccuracy}) => testAccuracy)).toEqual(rights);
    const probes = readdirSync(join(path, "artifacts"));
    expect(probes.includes("saliency")).toBe(exported !== "predictions");
    expect(linesOf(events).some((line) => line.startsWith("no gradients"))).toBe(false);
    if (kind !== "lightning") expect(metricsOf(path).every(({trainLoss}) => trainLoss !== null)).toBe(true);
  });
});

test.skipIf(!has("numpy"))(
  "without the package onnx, that is said before the training, and answers alone are written",
  () => {
    const folder = join(temporaryFolder(), "checkpoints");
    const script = `
import sys, warnings
sys.modules["onnx"] = sys.modules["onnxscript"] = None
sys.path.insert(0, "python")
import numpy as np, epochscope
test = (np.zeros((4, 1, 8, 8), "float32"), [0, 1, 0, 1])
for export in ("onnx", "state"):
    try:
        epochscope.Watch(sys.argv[1], test=test, export=export)
    except epochscope.EpochscopeError as error:
        print(error)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    print(epochscope.Watch(sys.argv[1], test=test).export, str(seen[0].message).split(":")[0], len(seen))
    print(epochscope.Watch(sys.argv[1], test=test, export="predictions").export, len(seen))
`;
    const said = execFileSync(PYTHON, ["-c", script, folder], {encoding: "utf8", cwd: ROOT});
    expect(said.trim().split("\n")).toEqual([
      'export="onnx": expected the package onnx, got none (pip install onnx; export="predictions" needs numpy alone)',
      'export="state": expected the package onnx and onnxscript, got none (pip install onnx onnxscript; export="predictions" needs numpy alone)',
      "predictions epochscope 1",
      "predictions 1",
    ]);
  },
);

const READ = `
import json, sys
sys.path.insert(0, "python")
import epochscope, numpy as np
run = epochscope.load("latest", sys.argv[1])
rows = run.predictions("last")
points, indices = run.map("last")
column = lambda table, name: list(table[name])
lime = run.artifact("lime", "segments", 2)
print(json.dumps({
    "epochs": run.epochs, "best": run.best, "classes": run.classes,
    "accuracy": [float(v) for v in column(run.metrics, "testAccuracy")],
    "right": float((rows.argmax(1) == run.labels).mean()), "sums": float(np.abs(rows.sum(1) - 1).max()),
    "images": [list(run.images.shape), int(run.images[3, 2, 5, 0])], "points": list(points.shape), "indices": len(indices),
    "suspects": len(column(run.suspects, "file")), "explained": len(lime["data"]["explanations"]),
    "page": run._repr_html_()[:40],
}))
try:
    epochscope.load("nothing", sys.argv[1])
except epochscope.EpochscopeError as error:
    print(error)
`;

test.skipIf(!has("numpy"))("load gives every number of a run as numpy arrays (needs numpy)", async () => {
  const save = join(temporaryFolder(), "save");
  await watchAll(onnxFolder(), {data: testImages(), save});
  const [read, refusal] = execFileSync(PYTHON, ["-c", READ, save], {encoding: "utf8", cwd: ROOT}).trim().split("\n");
  const rights = REFERENCE.map(({right}) => right);
  expect(JSON.parse(read)).toMatchObject({
    epochs: [0, 1, 2],
    best: 2,
    classes: ["top", "middle", "bottom"],
    accuracy: rights,
    right: rights[2],
    images: [[96, 8, 8, 1], pixelsOf(4)[3 * 64 + 2 * 8 + 5]],
    points: [96, 2],
    indices: 96,
    suspects: 96,
    explained: 3,
    page: expect.stringMatching(/^<iframe srcdoc="/),
  });
  expect(refusal).toMatch(/^run: expected the name of one in .*, or its folder, got 'nothing': none$/);
});

const REFUSED: readonly (readonly [what: string, code: string, words: RegExp])[] = [
  [
    "an export that there is not",
    'epochscope.Watch(f, export="tf")',
    /^export: expected one of auto, onnx, state, predictions, got 'tf'$/,
  ],
  [
    "pixels that are not from 0 to 1",
    "epochscope.Watch(f, test=(np.full((2, 1, 4, 4), 255.0), [0, 1]))",
    /^test: expected pixels from 0 to 1 before \(x - mean\) \/ std, got 255 to 255: give mean= and std=$/,
  ],
  [
    "labels of other images",
    "epochscope.Watch(f, test=(np.zeros((2, 4, 4)), [0, 1, 1]))",
    /^test: expected as many labels as images, got 3 for 2$/,
  ],
  [
    "nothing to log",
    "epochscope.Watch(f).log(1)",
    /^log: expected a model, logits or probabilities, one of them, got 0$/,
  ],
  [
    "half of what training came to",
    "epochscope.Watch(f).log(1, logits=np.zeros((2, 3)), train_loss=1)",
    /^log: expected both train_loss and train_accuracy, got train_loss alone$/,
  ],
  [
    "a model of neither",
    "epochscope.Watch(f).log(1, object())",
    /^model: expected a PyTorch or a Keras model, got object$/,
  ],
];

test.skipIf(!has("numpy")).each(REFUSED)("%s is refused in one line (needs numpy)", (_, code, words) => {
  const script = `import sys; sys.path.insert(0, "python")
import epochscope, numpy as np
f = sys.argv[1]
try:
    ${code}
except epochscope.EpochscopeError as error:
    print(error)`;
  const said = execFileSync(PYTHON, ["-c", script, join(temporaryFolder(), "w")], {encoding: "utf8", cwd: ROOT});
  expect(said.trim()).toMatch(words);
});
