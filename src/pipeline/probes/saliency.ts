import {oneOf} from "../../nouns/options";
import {rankCorrelation} from "../../numbers/rank-correlation";
import {argMaxRows} from "../../numbers/scores";
import {type MapTrust, mapTrust} from "../attribution/measures/map-trust";
import {channelSum, exigoSaliencyMaps, saliencyMaps} from "../attribution/methods/saliency";
import type {Probe, ProbeContext} from "../types";
import {after} from "./after";
import {answerCaption} from "./answer-caption";
import {filesAt} from "./files-at";
import {imageAt} from "./segment-explanation";

/** Shows the pixels on which the class's score depends, compared with those on which it depends at an empty image. */
export const saliency: Probe<{mode: "class" | "exigo"; target: "true" | "predicted"}> = {
  name: "saliency",
  help: "which pixels a class's score depends on: gradients at the image and at the empty image",
  options: {
    mode: {
      default: "class",
      help: "class: the gradient of one class's logit; exigo: of the sum of all logits, as exigo does",
      check: oneOf("class", "exigo"),
    },
    target: {
      default: "true",
      words: {label: "true"},
      help: "the class explained: label (the true one) or predicted",
      check: (value) => (value === "true" || value === "predicted" ? undefined : "label or predicted"),
    },
  },
  async *run(context, {mode, target}) {
    const {classifier, samples, sampleIndices, epoch, say} = context;
    if (classifier.noGradient !== undefined) return say(classifier.noGradient);
    const {classNames} = classifier;
    const [height, width, channels] = samples.shape;
    const probabilities = await classifier.predict(samples);
    const predicted = argMaxRows(probabilities, classNames.length);
    const targets = target === "true" ? samples.labels : predicted;
    const maps =
      mode === "exigo"
        ? await exigoSaliencyMaps(classifier, samples)
        : await saliencyMaps(classifier, samples, targets);
    const [gradient, baseline, delta, overlay] = [maps.gradient, maps.baseline, maps.delta, maps.overlay].map((m) =>
      channelSum(m, channels),
    );
    const columns = Array.from(samples.labels, (label, n) => {
      const probability = probabilities[n * classNames.length + predicted[n]];
      return answerCaption(classNames[label], classNames[predicted[n]], probability);
    });
    const of = mode === "exigo" ? "the sum of all logits" : `the ${target} class's logit`;
    const rows =
      mode === "exigo"
        ? ([
            {label: "source", values: samples.pixels, scale: "intensity"},
            {label: "baseline", note: "|gradient|, empty image", values: baseline.map(Math.abs), scale: "sequential"},
            {label: "saliency", note: "|gradient|, image", values: gradient.map(Math.abs), scale: "sequential"},
            {label: "delta", note: "gradient − baseline's", values: delta, scale: "signed"},
            {label: "overlay", note: "saliency × image in ±1", values: overlay, scale: "signed"},
          ] as const)
        : ([
            {label: "source", values: samples.pixels, scale: "intensity"},
            {label: "baseline", note: "gradient, empty image", values: baseline, scale: "signed"},
            {label: "saliency", note: "gradient, this image", values: gradient, scale: "signed"},
            {label: "delta", note: "saliency − baseline", values: delta, scale: "signed"},
            {label: "overlay", note: "|delta| × source", values: overlay, scale: "sequential"},
          ] as const);
    const trust = mode === "class" ? await trustOf(context, targets, maps.gradient) : undefined;
    yield {
      name: "gradient",
      plot: "imageGrid",
      data: {
        title: `Saliency ${after(epoch)}: gradient of ${of}`,
        height,
        width,
        channels,
        columns,
        rows,
        note: [
          "blue: a brighter pixel raises the score   orange: lowers it   white: no effect; one scale a row, clipped at its 99th percentile",
          ...(baseline.every((v) => v === 0) ? [BLANK_BASELINE] : []),
          ...(trust ? [trustLine(trust, epoch)] : []),
        ],
      },
      numbers: {
        indices: sampleIndices,
        ...filesAt(context.test, sampleIndices),
        labels: samples.labels,
        targets: Uint16Array.from(targets),
        predicted,
        mode,
        probabilities,
        ...(trust ? {trust: {...trust}} : {}),
      },
    };
  },
};

const BLANK_BASELINE =
  "baseline 0: at the empty image no unit is on that a pixel could turn up or down, so delta is the saliency itself";

type Figures = readonly (number | null)[];

/** Figures about each sample's gradient; null if there is none. */
interface Trust {
  readonly infidelity: Figures;
  readonly relativeInfidelity: Figures;
  readonly maxSensitivity: Figures;
  /**
   * Spearman's correlation of |gradient| now with |gradient| of the untrained network: the model randomisation test of
   * Adebayo et al. 2018 ("Sanity Checks for Saliency Maps"), with the weights that training began with as the random
   * ones. Near 1, the map shows the image and the architecture, and not what was learned.
   */
  readonly untrainedCorrelation: Figures;
  /**
   * The gradients at epoch 0 and their targets, which are passed on from epoch to epoch; null if epoch 0 was not looked
   * at.
   */
  readonly untrained: {readonly targets: Uint16Array; readonly gradient: Float32Array} | null;
}

async function trustOf(context: ProbeContext, targets: Uint16Array, gradient: Float32Array): Promise<Trust> {
  const {classifier, samples, epoch, random, previous} = context;
  const before = epoch === 0 ? undefined : ((await previous("gradient"))?.numbers?.trust as Trust | undefined);
  const untrained = epoch === 0 ? {targets: Uint16Array.from(targets), gradient} : (before?.untrained ?? null);
  const size = gradient.length / samples.count;
  const mapOf = (maps: Float32Array, n: number) => maps.subarray(n * size, (n + 1) * size);
  const figures: MapTrust[] = [];
  for (let n = 0; n < samples.count; n++) {
    figures.push(await mapTrust(classifier, imageAt(samples, n), targets[n], mapOf(gradient, n), random));
  }
  const correlations = Array.from(targets, (target, n) =>
    untrained?.targets[n] === target
      ? rankCorrelation(mapOf(gradient, n).map(Math.abs), mapOf(untrained.gradient, n).map(Math.abs))
      : Number.NaN,
  );
  return {
    infidelity: orNull(figures.map(({infidelity}) => infidelity)),
    relativeInfidelity: orNull(figures.map(({relativeInfidelity}) => relativeInfidelity)),
    maxSensitivity: orNull(figures.map(({maxSensitivity}) => maxSensitivity)),
    untrainedCorrelation: orNull(correlations),
    untrained,
  };
}

/** Turns NaN and Infinity into null, which JSON can hold. */
function orNull(values: readonly number[]): Figures {
  return values.map((v) => (Number.isFinite(v) ? v : null));
}

function trustLine({relativeInfidelity, maxSensitivity, untrainedCorrelation}: Trust, epoch: number): string {
  const figures = [
    `infidelity ${middle(relativeInfidelity)} of an empty map's`,
    `max-sensitivity ${middle(maxSensitivity)}`,
    ...(epoch === 0 ? [] : [`rank correlation with the untrained network's map ${middle(untrainedCorrelation)}`]),
  ];
  return `trust (medians): ${figures.join("   ")}`;
}

/** The median of the values that are numbers. */
function middle(values: Figures): string {
  const known = values.filter((v) => v !== null).sort((a, b) => a - b);
  const half = known.length / 2;
  return known.length ? ((known[Math.floor(half - 0.5)] + known[Math.floor(half)]) / 2).toFixed(2) : "–";
}
