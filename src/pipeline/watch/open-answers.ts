import {LOGITS, type LookedAtNetwork} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import type {Images} from "../../nouns/samples";
import {softmaxRows} from "../../numbers/scores";
import type {NpyRows} from "../data/tables/npy";
import {checkRows, dataOf} from "./array-data";
import {type Arrays, readArrays} from "./arrays";
import {type Checkpoint, filesOf} from "./folder";
import type {KindOpener, OpenedCheckpoint} from "./opened";

/** The arrays that a file of answers may hold: scores of all test images, and facts about these images. */
const NAMES = ["logits", "probabilities", "features", "labels", "images", "train_loss", "train_accuracy"];
/** The probes that need only numbers and no network. */
const PROBES = ["confusion", "projection"];
/** How far a sum of probabilities may be from 1. */
const TOLERANCE = 4e-3;

/**
 * Opens .npz files, or folders of .npy files, that contain a network's answers to the test images, without the network.
 * Labels and images are only needed in the first file.
 */
export function answersOpener(): KindOpener {
  let images: NpyRows | undefined;
  let labels: NpyRows | undefined;
  const open = async (checkpoint: Checkpoint): Promise<OpenedCheckpoint> => {
    const {path} = checkpoint;
    const arrays = await readArrays(await filesOf(checkpoint), NAMES);
    const scores = scoresOf(arrays, path);
    images = arrays.get("images") ?? images;
    labels = arrays.get("labels") ?? labels;
    const {rows, columns} = scores;
    for (const name of ["features", "labels", "images"]) checkRows(path, name, arrays.get(name), rows);
    const features = arrays.get("features");
    const said = [
      "answers without a network: saliency, LIME and explanations of mistakes, which ask it, are left out",
      features
        ? `the map is made of features, ${features.columns} numbers an image`
        : "no features: the map is made of the logits",
    ];
    return {
      network: networkOf(scores, features, path),
      model: {name: "answers", parameters: 0, layers: []},
      engine: {name: "none", version: "–", why: "the files hold answers, which were computed elsewhere"},
      found: {scores: arrays.has("logits") ? "logits" : "probabilities", features: features ? "features" : "logits"},
      files: {},
      probes: PROBES,
      answers: rows,
      said,
      ...trainedOf(arrays, path),
      ...(labels ? {data: dataOf(path, labels, images, rows, columns)} : {}),
      dispose: async () => undefined,
    };
  };
  return {open, end: async () => undefined};
}

/** One logit for each class: the given ones, or the logarithms of the probabilities. */
function scoresOf(arrays: Arrays, path: string): NpyRows {
  const found = arrays.get("logits") ?? arrays.get("probabilities");
  if (!found) {
    const got = [...arrays.keys()].join(", ") || "neither";
    throw new UserError(
      `${path}: expected an array "logits" or "probabilities", with a row for each image, got ${got}`,
    );
  }
  const {rows, columns, values, header} = found;
  if (columns < 2) throw new UserError(`${path}: expected scores of two classes or more, got shape (${header.shape})`);
  const bad = values.find((v) => !Number.isFinite(v));
  if (bad !== undefined) throw new UserError(`${path}: expected finite scores, got ${bad}`);
  if (arrays.has("logits")) return {...found, values: Float32Array.from(values)};
  for (let n = 0; n < rows; n++) {
    const row = Float64Array.from(values.subarray(n * columns, (n + 1) * columns));
    const sum = row.reduce((a, b) => a + b, 0);
    if (row.every((p) => p >= 0 && p <= 1 + 1e-3) && Math.abs(sum - 1) <= TOLERANCE) continue;
    throw new UserError(
      `${path}: expected probabilities that sum to 1, got a sum of ${sum.toPrecision(4)} in row ${n}`,
    );
  }
  return {...found, values: Float32Array.from(values, (p) => Math.log(Math.max(p, 1e-37)))};
}

function trainedOf(arrays: Arrays, path: string): Pick<OpenedCheckpoint, "trained"> {
  const [loss, accuracy] = [arrays.get("train_loss"), arrays.get("train_accuracy")].map((array) => array?.values[0]);
  if (loss === undefined && accuracy === undefined) return {};
  if (loss === undefined || accuracy === undefined) {
    throw new UserError(`${path}: expected both train_loss and train_accuracy, got one of them`);
  }
  return {trained: {loss, accuracy}};
}

function networkOf(scores: NpyRows, features: NpyRows | undefined, path: string): LookedAtNetwork {
  const {columns, values} = scores;
  const shown = features
    ? {width: features.columns, values: Float32Array.from(features.values)}
    : {width: columns, values: values as Float32Array};
  const at = (
    {indices, count}: Images & {readonly indices?: Uint32Array},
    from: Float32Array,
    width: number,
    into?: Float32Array,
  ) => {
    if (!indices) throw new UserError(`${path}: expected questions only about its own images, got others`);
    const out = into ?? new Float32Array(count * width);
    indices.forEach((index, n) => {
      out.set(from.subarray(index * width, (index + 1) * width), n * width);
    });
    return out;
  };
  const logits = async (images: Images) => at(images, values as Float32Array, columns);
  const noGradient = "answers alone have no gradients";
  return {
    imageShape: [1, 1, 1],
    classNames: Array.from({length: columns}, (_, k) => `${k}`),
    noGradient,
    logits,
    predict: async (images) => softmaxRows(await logits(images), columns),
    forward: async (images, layers, into) =>
      layers.map((layer, i) => {
        const {width, values: from} = layer === LOGITS ? {width: columns, values: values as Float32Array} : shown;
        return {layer, shape: [width], values: at(images, from, width, i === 0 ? into : undefined)};
      }),
    inputGradient: async () => {
      throw new UserError(`${path}: ${noGradient}`, {code: "NO_GRADIENT"});
    },
    shownLayers: [],
    getWeights: async () => [],
  };
}
