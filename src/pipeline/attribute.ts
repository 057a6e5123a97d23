import type {Classifier, DifferentiableClassifier} from "../nouns/network";
import type {Images} from "../nouns/samples";
import type {PixelMap} from "../plots/attribution";
import {attributed, GREATEST_GAP, LEAST_FAITHFULNESS} from "./attributed";
import type {AttributionMap, Method} from "./attribution/methods/method";
import {classNamed, mostProbable} from "./explained-classes";
import type {Artifact, Kept} from "./types";

export interface AttributeOptions {
  readonly method: Method;
  /** The method's own options, checked. */
  readonly values: object;
  /** Put before the picture's title. */
  readonly caption: string;
  /** A class's name or index; by default the most probable ones. */
  readonly explained?: string;
  /** How many of the most probable classes to explain. */
  readonly top: number;
  readonly seed: number;
  /** Facts kept beside the numbers: the image's file, and how the classifier's numbers were read. */
  readonly known: {readonly [name: string]: Kept};
}

/** Explains one image by one method: one picture with a map for each explained class, and how far it can be trusted. */
export async function* attributeImage(
  classifier: Classifier | DifferentiableClassifier,
  image: Images,
  {method, values, caption, explained, top, seed, known}: AttributeOptions,
): AsyncGenerator<Artifact> {
  const {classNames} = classifier;
  const {targets, probabilities, maps, trusts, squares} = await attributed(classifier, image, {
    ...{method, values, seed},
    targets: (answer) =>
      explained === undefined ? mostProbable(answer, top) : [classNamed(classNames, explained, "--target")],
  });
  const [height, width, channels] = image.shape;
  const what = method.score === "logit" ? "score before the softmax" : "probability";
  const {layer} = maps[0];
  yield {
    name: method.name,
    plot: "attribution",
    data: {
      title: `${caption}: ${method.name}`,
      key: keyOf(method, what),
      isSigned: method.isSigned,
      ...{height, width, channels, pixels: image.pixels},
      maps: maps.map((map, n) => pixelMap(map, trusts[n], classNames, probabilities)),
      notes: [
        `${method.help}.`,
        ...(layer ? [`Layer ${layer.name}, ${layer.height} × ${layer.width} places.`] : []),
        `faithfulness: correlation over ${squares} random squares of what the map says and how far the ${what} falls without them.`,
      ],
    },
    numbers: {
      ...known,
      method: method.name,
      options: {...values} as {[name: string]: Kept},
      score: method.score,
      targets: Uint16Array.from(targets),
      probabilities,
      faithfulness: trusts.map(orNull),
      ...(maps.some(({gap}) => gap !== undefined) ? {gap: maps.map(({gap = Number.NaN}) => orNull(gap))} : {}),
      ...(layer
        ? {
            layer: layer.name,
            layerShape: [layer.height, layer.width],
            layerMaps: maps.map((map) => map.layer?.values ?? null),
          }
        : {}),
    },
  };
}

function pixelMap(
  {target, values, gap}: AttributionMap,
  trust: number,
  names: readonly string[],
  probabilities: Float32Array,
): PixelMap {
  return {
    className: names[target],
    probability: probabilities[target],
    values,
    trust: [
      Number.isFinite(trust)
        ? {words: `faithfulness ${trust.toFixed(2)}`, isDoubtful: trust < LEAST_FAITHFULNESS}
        : {words: "taking parts away changes nothing, or the map is empty", isDoubtful: true},
      ...(gap === undefined ? [] : [gapLine(gap)]),
    ],
  };
}

function gapLine(gap: number): PixelMap["trust"][number] {
  if (!Number.isFinite(gap)) return {words: "the score is the empty image's", isDoubtful: true};
  return {words: `completeness gap ${(100 * gap).toFixed(2)} %`, isDoubtful: Math.abs(gap) > GREATEST_GAP};
}

function keyOf({isSigned, name}: Method, what: string): string {
  const scale = "each map's 99th percentile in full colour";
  if (name === "saliency") return `how strongly the class's ${what} hangs on a pixel; ${scale}`;
  return isSigned ? `the class named below (its ${what}); ${scale}` : `the class named below; ${scale}`;
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
