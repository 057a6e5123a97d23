/** @file A folder of checkpoints, watched from the first to the last (test/fixtures/watch). */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {decodeModel, encodeModel} from "../../../src/onnx/file/model";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import type {RunEvent} from "../../../src/pipeline/run/events";
import type {ProbeOptions} from "../../../src/pipeline/run/probe-once";
import {watch} from "../../../src/pipeline/watch";
import {temporaryFolder} from "../../support/idx-files";
import {filesOf, metricsOf} from "../../support/small-run";
import {
  epochsOf,
  FEW,
  FIXTURES,
  linesOf,
  NORMALISED,
  onnxFolder,
  onnxOf,
  pathOf,
  REFERENCE,
  refusalsOf,
  stateFolder,
  stateName,
  testImages,
  watchAll,
  withoutRule,
} from "../../support/watched";

const data = testImages();
const quick = () => ({data, save: join(temporaryFolder(), "save")});
const rights = REFERENCE.map(({right}) => right);
const accuracies = (path: string) => metricsOf(path).map(({testAccuracy}) => testAccuracy);
const NONE = {probes: "confusion"};

describe("a graph with the weights of each epoch", () => {
  test("leaves what a run leaves, with PyTorch's accuracies", async () => {
    const folder = stateFolder();
    const events = await watchAll(folder, quick());
    const path = pathOf(events);
    expect(epochsOf(events)).toEqual([0, 1, 2]);
    expect(accuracies(path)).toEqual(rights);
    for (const {trainLoss, validationLoss, seconds} of metricsOf(path)) {
      expect([trainLoss, validationLoss, seconds.train]).toEqual([null, null, 0]);
    }
    const files = filesOf(path);
    for (const artifact of [
      "confusion/matrix",
      "saliency/gradient",
      "projection/map",
      "lime/segments",
      "mistakes/saliency",
      "mistakes/lime",
    ]) {
      expect(files).toContain(`artifacts/${artifact}-epoch-000.json`);
      expect(files).toContain(`plots/${artifact}-epoch-000.png`);
    }
    for (const file of ["report.html", "run.json", "suspects.csv", "model/model.onnx", "model/best.json"]) {
      expect(files).toContain(file);
    }
    expect(readdirSync(join(path, "..", "logs", path.split("/").at(-1)!)).length).toBeGreaterThan(0);
    const {kind, watch: watched, data: facts, model} = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
    expect(kind).toBe("watch");
    expect(watched).toMatchObject({folder, found: {layout: "nchw", logits: "y"}});
    expect(facts).toMatchObject({train: 0, validation: 0, test: 96, classNames: ["top", "middle", "bottom"]});
    expect(model.parameters).toBe(247);
    const end = events.find((event) => event.type === "end");
    expect(end).toMatchObject({best: {epoch: 2}});
    expect(end).not.toHaveProperty("lacking");
  });

  test("says how far the weights have moved: nothing before the first, then the step over the length", async () => {
    const events = await watchAll(stateFolder(), {...quick(), ...NONE});
    const path = pathOf(events);
    const insideOf = async (epoch: number) =>
      (await readSaved(join(path, "artifacts", "network", `inside-epoch-00${epoch}.json`))) as unknown as {
        weights: {name: string; moved?: number}[];
      };
    expect((await insideOf(0)).weights.some((weight) => "moved" in weight)).toBe(false);
    const weightsOf = (epoch: number) => {
      const {graph} = decodeModel(onnxOf(epoch));
      const {rawData} = graph!.initializer!.find(({name}) => name === "fc.weight")!;
      return new Float32Array(new Uint8Array(rawData!).buffer);
    };
    const [before, after] = [weightsOf(1), weightsOf(2)];
    const length = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
    const step = length(after.map((v, i) => v - before[i]));
    const {moved} = (await insideOf(2)).weights.find(({name}) => name === "fc.weight")!;
    expect(moved).toBeCloseTo(step / length(before), 5);
    expect(moved).toBeGreaterThan(0.001);
  });
});

describe("ONNX files, an epoch each", () => {
  test("are the same network as the graph with its states", async () => {
    const events = await watchAll(onnxFolder(), {...quick(), ...NONE});
    expect(accuracies(pathOf(events))).toEqual(rights);
  });

  test("are taken in the order of their numbers, not of their names", async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    mkdirSync(folder);
    for (const [name, epoch] of [
      ["step-9-of-a.onnx", 1],
      ["step-10-of-a.onnx", 2],
      ["step-1-of-a.onnx", 0],
    ] as const)
      writeFileSync(join(folder, name), onnxOf(epoch));
    const events = await watchAll(folder, {...quick(), ...NONE});
    expect(epochsOf(events)).toEqual([1, 9, 10]);
    expect(accuracies(pathOf(events))).toEqual(rights);
  });

  test("one whose operator has no gradient is looked at from outside, and the sentence names the operator once", async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    mkdirSync(folder);
    for (const epoch of [1, 2]) writeFileSync(join(folder, `epoch-${epoch}.onnx`), withoutRule(onnxOf(epoch)));
    const events = await watchAll(folder, quick());
    const files = filesOf(pathOf(events));
    expect(linesOf(events).filter((line) => line.includes("QuickGelu")).length).toBe(1);
    expect(files).toContain("artifacts/lime/segments-epoch-001.json");
    expect(files).toContain("artifacts/mistakes/lime-epoch-001.json");
    expect(files.filter((file) => /saliency/.test(file))).toEqual([]);
    expect(metricsOf(pathOf(events)).some(({failures}) => failures)).toBe(false);
  });
});

test("epochs whose graphs differ by an export's doing are one run, if images and scores are alike", async () => {
  const folder = onnxFolder([1, 2]);
  writeFileSync(join(folder, "net-epoch2.onnx"), withoutRule(onnxOf(2))); // a node more, and no gradient
  const events = await watchAll(folder, {...quick(), probes: "confusion,saliency"});
  expect(epochsOf(events)).toEqual([1, 2]);
  expect(refusalsOf(events)).toEqual([]);
  const saliency = filesOf(pathOf(events)).filter((file) => /saliency.*json/.test(file));
  expect(saliency).toEqual(["artifacts/saliency/gradient-epoch-001.json"]);
});

test("a map has as long to continue as a first one has, unless that is told", async () => {
  const iterationsOf = async (probes: ProbeOptions) => {
    const path = pathOf(await watchAll(onnxFolder([1, 2]), {...quick(), probes: "projection"}, {}, probes));
    const map = await readArtifactFile(join(path, "artifacts", "projection", "map-epoch-002.json"));
    return [
      map.numbers!.iterations,
      JSON.parse(readFileSync(join(path, "run.json"), "utf8")).probes.projection.iterations,
    ];
  };
  expect(await iterationsOf({})).toEqual([700, 700]);
  expect(await iterationsOf({projection: {iterations: 40}})).toEqual([40, 40]);
});

describe("watching again", () => {
  test("continues with the run, and looks only at what is new or was written anew", async () => {
    const folder = stateFolder([0, 1]);
    const options = {...quick(), ...NONE};
    const first = await watchAll(folder, options);
    expect(epochsOf(await watchAll(folder, options))).toEqual([]);
    copyFileSync(join(FIXTURES, stateName(2)), join(folder, stateName(2)));
    const third = await watchAll(folder, options);
    expect(pathOf(third)).toBe(pathOf(first));
    expect(epochsOf(third)).toEqual([2]);
    copyFileSync(join(FIXTURES, stateName(2)), join(folder, stateName(1)));
    const fourth = await watchAll(folder, options);
    expect(epochsOf(fourth)).toEqual([1]);
    expect(accuracies(pathOf(first))).toEqual([rights[0], rights[2], rights[2]]);
    expect(metricsOf(pathOf(first)).map(({epoch}) => epoch)).toEqual([0, 1, 2]);
  });

  test("with other options is another run", async () => {
    const folder = stateFolder([2]);
    const options = {...quick(), ...NONE};
    const first = await watchAll(folder, options);
    const other = await watchAll(folder, {...options, mean: "0"});
    expect(pathOf(other)).not.toBe(pathOf(first));
    await expect(watchAll(folder, {...options, mean: "0.1", name: pathOf(first).split("/").at(-1)})).rejects.toThrow(
      /^--name: expected a new name, or a run of this folder with the same options, got /,
    );
  });
});

describe("while the network trains", () => {
  /** Watches until told to stop, beside whatever `act` does. */
  const beside = async (folder: string, act: (events: RunEvent[], until: Until) => Promise<void>, quietFor = 150) => {
    const events: RunEvent[] = [];
    const stop = new AbortController();
    const options = {...quick(), ...NONE, ...NORMALISED};
    const watching = (async () => {
      for await (const event of watch(folder, options, FEW, {signal: stop.signal, quietFor, lookEvery: 20}))
        events.push(event);
    })();
    const until: Until = async (holds) => {
      while (!holds()) {
        await Promise.race([new Promise((done) => setTimeout(done, 20)), watching]);
      }
    };
    try {
      await act(events, until);
    } finally {
      stop.abort();
      await watching;
    }
    return events;
  };
  type Until = (holds: () => boolean) => Promise<void>;

  test("each file is looked at when it comes, and breaking off keeps what there is", async () => {
    const folder = stateFolder([]);
    const events = await beside(folder, async (seen, until) => {
      await until(() => linesOf(seen).some((line) => line.startsWith("waiting for the first checkpoint")));
      for (const epoch of [0, 1]) {
        copyFileSync(join(FIXTURES, stateName(epoch)), join(folder, stateName(epoch)));
        await until(() => epochsOf(seen).includes(epoch));
      }
    });
    expect(epochsOf(events)).toEqual([0, 1]);
    expect(accuracies(pathOf(events))).toEqual(rights.slice(0, 2));
    expect(events.at(-1)?.type).toBe("end");
    expect(existsSync(join(pathOf(events), "report.html"))).toBe(true);
  });

  test("a file that is being written is waited for, and never half read", async () => {
    const folder = stateFolder([0]);
    const bytes = readFileSync(join(FIXTURES, stateName(2)));
    const file = join(folder, stateName(2));
    const events = await beside(
      folder,
      async (seen, until) => {
        await until(() => epochsOf(seen).includes(0));
        for (let at = 0; at < bytes.length; at += 200) {
          appendFileSync(file, bytes.subarray(at, at + 200));
          await new Promise((done) => setTimeout(done, 30));
        }
        await until(() => epochsOf(seen).includes(2));
      },
      400,
    );
    expect(epochsOf(events)).toEqual([0, 2]);
    expect(refusalsOf(events)).toEqual([]);
    expect(accuracies(pathOf(events))).toEqual([rights[0], rights[2]]);
  });

  test("a writer that pauses longer is reported in one line, and looked at when the file is whole", async () => {
    const folder = stateFolder([0]);
    const bytes = readFileSync(join(FIXTURES, stateName(2)));
    const file = join(folder, stateName(2));
    const events = await beside(folder, async (seen, until) => {
      writeFileSync(file, bytes.subarray(0, 700));
      await until(() => refusalsOf(seen).length > 0);
      writeFileSync(file, bytes);
      await until(() => epochsOf(seen).includes(2));
    });
    expect(refusalsOf(events)).toEqual([expect.stringMatching(/epoch-002\.safetensors: .*expected .*, got /)]);
    expect(accuracies(pathOf(events))).toEqual([rights[0], rights[2]]);
  });
});

describe("what does not fit is refused in one line", () => {
  test("a state of another shape: the file and both shapes", async () => {
    const folder = stateFolder([0, 1, 2]);
    const model = decodeModel(readFileSync(join(folder, "graph.onnx")));
    const initializer = model.graph!.initializer!.map((tensor) =>
      tensor.name === "fc.bias" ? {...tensor, dims: [4], rawData: new Uint8Array(16)} : tensor,
    );
    writeFileSync(join(folder, "graph.onnx"), encodeModel({...model, graph: {...model.graph, initializer}}));
    const events = await watchAll(folder, quick());
    expect(refusalsOf(events).length).toBe(3);
    expect(refusalsOf(events)[0]).toMatch(
      /epoch-000\.safetensors: weights "fc\.bias": expected \[4\] as in the graph, got \[3\]$/,
    );
  });

  test("a checkpoint of another network: both shapes", async () => {
    const folder = onnxFolder([1]);
    copyFileSync(join(FIXTURES, "../onnx/lenet-script-17.onnx"), join(folder, "net-epoch2.onnx"));
    const events = await watchAll(folder, {...quick(), ...NONE});
    expect(epochsOf(events)).toEqual([1]);
    expect(refusalsOf(events)).toEqual([
      expect.stringMatching(
        /net-epoch2\.onnx: expected images of 8 x 8 x 1 and scores of 3 classes, as in the checkpoints before, got images of \d+ x \d+ x \d and scores of \d+ classes$/,
      ),
    ]);
  });

  test("the trap of an export that folded its norms away: its states would load silently wrong", async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    mkdirSync(folder);
    copyFileSync(join(FIXTURES, "../onnx/states/folded.onnx"), join(folder, "graph.onnx"));
    copyFileSync(join(FIXTURES, "../onnx/states/epoch.pt"), join(folder, "epoch-1.pt"));
    const events = await watchAll(folder, quick());
    expect(refusalsOf(events)).toEqual([
      expect.stringMatching(
        /epoch-1\.pt: weights: expected a place for each in the graph, got none for .*optimize=False/,
      ),
    ]);
  });

  test.each([
    ["no images", {data: ""}, /^--data: expected the test images \(mnist, or a folder\), got none$/],
    ["names for other outputs", {classes: "a,b"}, /^--classes: expected 3 names, one for each output of .*, got 2$/],
    ["a layer that is not there", {layer: "nose"}, /^--layer: expected a node or a tensor of .*, got "nose"$/],
    ["a size that is another", {size: "9x9x1"}, /^--size: expected 8 x 8 x 1, the model's input, got 9 x 9 x 1$/],
    ["scores taken for probabilities", {output: "probabilities"}, /net-epoch1\.onnx: expected probabilities /],
    ["a pattern without a place", {pattern: "*.onnx"}, /^--pattern: expected \{epoch\} once/],
  ])("%s", async (_, given, words) => {
    const outcome = await watchAll(onnxFolder([1]), {...quick(), ...NONE, ...given}).then(refusalsOf, (e: Error) => [
      e.message,
    ]);
    expect(outcome[0]).toMatch(words);
    expect(outcome[0]).not.toContain("\n");
  });

  test("two files of one epoch, weights without a graph, and a folder without checkpoints", async () => {
    const twice = onnxFolder([1]);
    writeFileSync(join(twice, "net-epoch01.onnx"), onnxOf(1));
    await expect(watchAll(twice, quick())).rejects.toThrow(
      /: expected one checkpoint for epoch 1, got net-epoch01\.onnx and net-epoch1\.onnx$/,
    );
    const alone = stateFolder([1]);
    rmSync(join(alone, "graph.onnx"));
    await expect(watchAll(alone, quick())).rejects.toThrow(
      /: expected one \.onnx file, the graph of epoch-001\.safetensors, got none \(--model names it\)$/,
    );
    await expect(watchAll(temporaryFolder(), quick())).rejects.toThrow(/: expected checkpoints with a number in their/);
    await expect(watchAll(join(temporaryFolder(), "nowhere"), quick())).rejects.toThrow(/nowhere: expected a folder/);
  });
});

describe("what is told and what is found", () => {
  test("watch.json tells it, flags come before it, and what it cannot mean is refused by name", async () => {
    const folder = onnxFolder([2]);
    const said = {format: "epochscope-watch/1", classNames: ["t", "m", "b"], mean: [0.25], std: 0.5, data};
    writeFileSync(join(folder, "watch.json"), JSON.stringify(said));
    const save = join(temporaryFolder(), "save");
    const events: RunEvent[] = [];
    for await (const event of watch(folder, {once: true, save, ...NONE}, {}, {quietFor: 0})) events.push(event);
    const path = pathOf(events);
    expect(accuracies(path)).toEqual([rights[2]]);
    expect(JSON.parse(readFileSync(join(path, "run.json"), "utf8")).data.classNames).toEqual(["t", "m", "b"]);
    for (const [wrong, words] of [
      [{mena: 1}, /watch\.json: expected one of format, .*, got "mena"$/],
      [{layout: "chw"}, /watch\.json: layout: expected one of auto, nchw, nhwc, got "chw"$/],
      [{format: "other/2"}, /watch\.json: expected format epochscope-watch\/1, got "other\/2"$/],
      [{classNames: [1, {}]}, /watch\.json: classNames: expected a list of names, got \{\} in it$/],
    ] as const) {
      writeFileSync(join(folder, "watch.json"), JSON.stringify(wrong));
      await expect(watchAll(folder, quick())).rejects.toThrow(words);
    }
  });

  test("images of another size and colour are scaled, and that is said", async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    mkdirSync(folder);
    copyFileSync(join(FIXTURES, "../onnx/default/resnet.onnx"), join(folder, "epoch-3.onnx"));
    copyFileSync(join(FIXTURES, "../onnx/default/resnet.onnx.data"), join(folder, "resnet.onnx.data"));
    const events = await watchAll(folder, {...quick(), ...NONE, classes: "top,middle,bottom,d,e"});
    expect(refusalsOf(events)).toEqual([]);
    expect(linesOf(events).some((line) => /^the images are 8 x 8 x 1, and are scaled to /.test(line))).toBe(true);
    expect(linesOf(events)).toContain("classes by their names: top of the data is the network's number 0");
    expect(metricsOf(pathOf(events)).length).toBe(1);
  });

  test("what it is told of no classes must be as many as the data have", async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    mkdirSync(folder);
    copyFileSync(join(FIXTURES, "../onnx/default/resnet.onnx"), join(folder, "epoch-3.onnx"));
    copyFileSync(join(FIXTURES, "../onnx/default/resnet.onnx.data"), join(folder, "resnet.onnx.data"));
    await expect(watchAll(folder, quick())).rejects.toThrow(
      /epoch-3\.onnx: expected scores of 3 classes, as bars has, got \d+ \(--classes names those of the network\)$/,
    );
  });
});
