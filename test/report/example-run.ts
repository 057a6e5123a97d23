import {mkdirSync, mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fork, normal} from "../../src/nouns/random";
import {summaryOf} from "../../src/pipeline/record/inside";

export interface Example {
  readonly classNames?: readonly string[];
  readonly shape?: readonly [height: number, width: number, channels: number];
  readonly count?: number;
  /** Images on the map: the first ones. */
  readonly mapped?: number;
  readonly dimensions?: 2 | 3;
  /** How far apart the classes stand on the map; 0: in a line, by the epoch. */
  readonly mapSpread?: number;
  readonly explained?: number;
  /** Epochs that are trained, and those that are probed. */
  readonly epochs?: readonly number[];
  readonly probed?: readonly number[];
  readonly probes?: readonly ("confusion" | "saliency" | "projection" | "lime")[];
  readonly data?: string;
  readonly name?: string;
  /** Training images whose answers were kept, and how many of them have pictures; by default none. */
  readonly training?: number;
  readonly pictured?: number;
  /** Test images that count only in the loss and the accuracy; by default none. */
  readonly moreTest?: number;
  /** The user's own columns about the test images, as a run keeps them; none by default. */
  readonly columns?: readonly {readonly name: string; readonly values: readonly string[]}[];
  /** Keeps where the heads of a made-up transformer look, at every explained image, in 2 x 2 patches. */
  readonly attention?: boolean;
}

/**
 * Writes a run's folder as the pipeline does, of a made-up network that gets better: images of class k have a bright
 * row k, and an image's probability of its class grows with the epoch.
 *
 * @returns The folder.
 */
export function exampleRun(example: Example = {}): string {
  const {
    classNames = ["0", "1", "2"],
    shape = [6, 6, 1],
    count = 60,
    mapped = count,
    dimensions = 2,
    mapSpread = 0,
    explained = 4,
    epochs = [0, 1, 2],
    probed = epochs,
    probes = ["confusion", "saliency", "projection", "lime"],
    data = "mnist",
    name = "2026-11-21T18-40-00-mnist-cnn",
    training = 0,
    pictured = training,
    moreTest = 0,
    columns,
    attention = false,
  } = example;
  const folder = mkdtempSync(join(tmpdir(), "epochscope-run-"));
  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(
      join(folder, path),
      JSON.stringify(content, (_, value) => stored(value)),
    );
  };
  const [height, width, channels] = shape;
  const classes = classNames.length;
  const random = fork(7, "example");
  const labels = Uint16Array.from({length: count}, (_, i) => i % classes);
  const pixels = Uint8Array.from({length: count * height * width * channels}, (_, at) => {
    const y = Math.floor(at / channels / width) % height;
    const n = Math.floor(at / channels / width / height);
    return y === labels[n] % height ? 200 + Math.floor(55 * random()) : Math.floor(30 * random());
  });
  write("run.json", {
    format: "epochscope-run/1",
    name,
    startedAt: "2026-11-21T18:40:00.000Z",
    options: {data, model: "cnn", epochs: epochs.length - 1, learningRate: 0.001},
    probes: {lime: {samples: 500}},
    seed: 7,
    versions: {node: process.version},
    engine: {name: "cpu", why: "asked for", threads: 1},
    processor: {name: "a processor", cores: 2, memoryGiB: 8, platform: "linux x64"},
    training: {learningRate: 0.004, schedule: "one-cycle"},
    data: {
      name: data,
      digest: "00".repeat(32),
      imageShape: shape,
      classNames,
      train: 1000,
      validation: 100,
      test: count,
      ...(moreTest ? {moreTest} : {}),
    },
    model: {
      name: "cnn",
      layers: [{name: "dense", type: "Dense", outputShape: [null, classes], parameters: 370}],
      parameters: 370,
    },
  });
  const lines = epochs.map((epoch) => ({
    epoch,
    trainLoss: epoch ? 1 / epoch : null,
    trainAccuracy: epoch ? 1 - 0.3 / epoch : null,
    validationLoss: 1.2 / (epoch + 1),
    validationAccuracy: 1 - 0.5 / (epoch + 1),
    testLoss: 1.1 / (epoch + 1),
    testAccuracy: 1 - 0.5 / (epoch + 1),
    seconds: {train: 3, evaluate: 0.5, probes: 2},
    steps: epoch ? [{at: epoch - 0.5, loss: 1 / epoch, accuracy: 0.8}] : [],
  }));
  writeFileSync(join(folder, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  write("artifacts/test-images.json", {count, shape, pixels, labels});
  if (columns) write("artifacts/columns.json", {columns});
  const indices = Uint32Array.from({length: explained}, (_, x) => x * 2);
  const positions = Float32Array.from({length: mapped * dimensions}, () => normal(random));
  const homes = Float32Array.from({length: classes * dimensions}, () => normal(random));
  const stem = (epoch: number) => `epoch-${String(epoch).padStart(3, "0")}.json`;
  const save = (probe: string, artifact: string, epoch: number, content: object) =>
    write(`artifacts/${probe}/${artifact}-${stem(epoch)}`, {name: artifact, ...content});
  for (const epoch of probed) {
    const probabilities = exampleProbabilities(labels, classes, epoch);
    if (probes.includes("confusion")) {
      save("confusion", "matrix", epoch, {data: {title: "matrix", classNames}, numbers: {probabilities}});
    }
    if (probes.length) {
      const values = Uint8Array.from({length: explained * 2 * 3 * 4}, (_, at) => at % 256);
      const strengths = Uint8Array.from({length: explained * classes}, (_, at) => 255 - 2 * (at % classes));
      const kernel = {
        name: "dense/kernel",
        shape: [8],
        values: Float32Array.of(-1, -0.5, 0, 0, 0.1, 0.2, 0.5, 1 + epoch),
      };
      write(`artifacts/network/${stem(epoch)}`, {
        indices,
        weights: [summaryOf(kernel)],
        activations: [
          {layer: "conv", type: "Conv2D", shape: [2, 3, 4], of: 9, peak: 2.5, values},
          {layer: "probabilities", type: "Softmax", shape: [1, 1, classes], of: classes, peak: 1, values: strengths},
        ],
      });
    }
    if (probes.includes("projection")) {
      const points = positions.map((v, at) => {
        const label = labels[Math.floor(at / dimensions)];
        return v + (mapSpread ? mapSpread * homes[label * dimensions + (at % dimensions)] : epoch * label);
      });
      const nearest = Uint32Array.from({length: 2 * mapped}, (_, at) => (Math.floor(at / 2) + 1 + (at % 2)) % mapped);
      const places = Uint32Array.from({length: mapped}, (_, i) => i);
      save("projection", "map", epoch, {
        data: {points, labels},
        numbers: {indices: places, nearest, neighbours: 2, klDivergence: 1 / (epoch + 1)},
      });
    }
    if (probes.includes("saliency")) {
      const size = explained * height * width;
      const saliency = Float32Array.from({length: size}, () => normal(random));
      const rows = [
        {label: "source", values: new Float32Array(size), scale: "intensity"},
        {label: "saliency", values: saliency, scale: "signed"},
        {label: "delta", values: saliency.map((g) => g * 0.5), scale: "signed"},
        {label: "overlay", values: saliency.map(Math.abs), scale: "sequential"},
      ];
      const trust = {
        relativeInfidelity: Array.from(indices, (_, n) => 0.25 + n / 10),
        maxSensitivity: Array.from(indices, () => null),
        untrainedCorrelation: Array.from(indices, () => 0.5),
      };
      save("saliency", "gradient", epoch, {data: {rows}, numbers: {indices, trust}});
    }
    if (attention) save("attention", "heads", epoch, {data: {}, numbers: exampleAttention(indices, height, epoch)});
    if (probes.includes("lime")) {
      const segments = Uint16Array.from({length: height * width}, (_, p) => Math.floor(p / width / 2));
      const weights = Float64Array.from({length: Math.ceil(height / 2)}, (_, s) => (s % 2 ? -0.1 : 0.2));
      const explanations = [...indices].map((index) => ({
        index,
        explained: labels[index],
        probability: 0.9,
        segments,
        weights,
        r2: 0.8,
        halvesCorrelation: 0.7,
      }));
      save("lime", "segments", epoch, {data: {height, width, channels, explanations}});
    }
  }
  if (training) {
    const taught = exampleTraining(training, classes);
    write("artifacts/training/labels.json", {labels: taught.labels});
    for (const epoch of epochs) if (epoch > 0) write(`artifacts/training/${stem(epoch)}`, taught.answers(epoch));
    const places = Uint32Array.from({length: pictured}, (_, n) => n);
    write("artifacts/training/pictures.json", {
      ...{indices: places, shape: [pictured, height, width, channels], sources: places.map((n) => 7000 + n)},
      pixels: Uint8Array.from({length: pictured * height * width * channels}, (_, at) => at % 251),
    });
  }
  return folder;
}

/**
 * Training images and what was answered to them: every ninth is taken for the next class at each epoch, and the others are right
 * from the epoch on that their place says; every eleventh is forgotten at epoch 2.
 */
export function exampleTraining(count: number, classes: number) {
  const labels = Uint8Array.from({length: count}, (_, n) => n % classes);
  const isRight = (n: number, epoch: number) => n % 9 !== 0 && epoch > n % 3 && !(n % 11 === 0 && epoch === 2);
  const answers = (epoch: number) => {
    const right = Array.from(labels, (_, n) => isRight(n, epoch));
    return {
      losses: Float32Array.from(labels, (_, n) => (right[n] ? 1 / (3 + n + epoch) : 1 + ((n * 7) % 13) / 4)),
      margins: Float32Array.from(labels, (_, n) => (right[n] ? 1 + (n % 10) : -0.5 - ((n * 7) % 13) / 3)),
      predicted: Uint8Array.from(labels, (label, n) => (right[n] ? label : (label + 1) % classes)),
      sureness: Uint8Array.from(labels, (_, n) => 150 + (n % 100)),
    };
  };
  return {labels, answers};
}

/** Each image's probabilities: its own class grows with the epoch; every seventh image is taken for the next class. */
export function exampleProbabilities(labels: ArrayLike<number>, classes: number, epoch: number): Float32Array {
  const out = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const answer = i % 7 === 0 || (i + epoch) % 5 === 0 ? (labels[i] + 1) % classes : labels[i];
    const sure = 1 - (0.6 - (i % 10) * 0.02) / (epoch + 1);
    for (let k = 0; k < classes; k++) out[i * classes + k] = k === answer ? sure : (1 - sure) / (classes - 1);
  }
  return out;
}

/**
 * Two layers of two heads over 2 x 2 patches. Each patch looks at itself (head 1) and at the next one (head 2), more so with every
 * epoch, so that all together look everywhere alike.
 */
function exampleAttention(indices: Uint32Array, height: number, epoch: number) {
  const [heads, tokens, images] = [2, 4, indices.length];
  const rows = Uint8Array.from({length: images * heads * tokens * tokens}, (_, at) => {
    const [to, from, head] = [at % 4, Math.floor(at / 4) % 4, Math.floor(at / 16) % 2];
    return to === (from + head) % 4 ? 255 : Math.round(200 / (epoch + 1));
  });
  const layer = (name: string) => ({
    ...{layer: name, heads, rows, received: new Float32Array(images * heads * tokens).fill(1 / tokens)},
    ...{distance: [0, height / 2], sharpness: [0.5, 0.5], importance: [1, 1]},
  });
  return {
    ...{indices, grid: {rows: 2, columns: 2, side: height / 2}},
    rollout: new Float32Array(images * tokens).fill(1 / tokens),
    layers: [layer("attention1"), layer("attention2")],
  };
}

function stored(value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return {dtype: value.constructor.name, base64};
}
