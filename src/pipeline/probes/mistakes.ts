import {magnitude} from "../../plots/color";
import type {SegmentExplanation} from "../../plots/segments";
import {explainStudy} from "../analysis/lime/explanation";
import {studyWithLime} from "../analysis/lime/lime";
import {channelSum, saliencyMaps} from "../analysis/saliency";
import {argMaxRows} from "../analysis/scores";
import {surestMistakes, surestOfPairs} from "../analysis/surest-mistakes";
import {labelsOf} from "../data/labels";
import {positiveInteger, wholeNumber} from "../options";
import {randomSource} from "../random";
import type {Artifact, LabelledImages, Probe, ProbeContext} from "../types";
import {after} from "./after";
import {imageAt, segmentExplanation} from "./segment-explanation";

/** Mistakes that the pictures show; the numbers have all. */
const DRAWN = 10;

/**
 * The wrong answers that the network was surest of, and the surest of each other confused pair: what spoke for them, and
 * what for the truth.
 */
export const mistakes: Probe<{count: number; pairs: number}> = {
  name: "mistakes",
  help: "saliency and LIME of the wrong answers that the network was surest of, for the answer and for the truth",
  options: {
    count: {default: 24, help: "mistakes explained, surest first; the pictures show ten", check: positiveInteger},
    pairs: {
      default: 24,
      help: "confused pairs explained besides, the commonest first, by the surest mistake of each",
      check: wholeNumber,
    },
  },
  async *run(context, {count, pairs}) {
    const {classifier, test, testProbabilities} = context;
    const classes = classifier.classNames.length;
    const labels = await labelsOf(test);
    const wrong = surestMistakes(testProbabilities, labels, classes);
    if (wrong.length === 0) return;
    const others = surestOfPairs(wrong, labels, argMaxRows(testProbabilities, classes), classes, count);
    const surest = Math.min(count, wrong.length);
    const indices = Uint32Array.of(...wrong.subarray(0, surest), ...others.subarray(0, pairs));
    const images = await test.read(indices);
    const probabilities = new Float32Array(indices.length * classes);
    indices.forEach((index, n) => {
      probabilities.set(testProbabilities.subarray(index * classes, (index + 1) * classes), n * classes);
    });
    const chosen = {images, indices, surest, probabilities, predicted: argMaxRows(probabilities, classes)};
    yield await saliencyOf(context, chosen);
    yield await limeOf(context, chosen);
  },
};

interface Chosen {
  readonly images: LabelledImages;
  readonly indices: Uint32Array;
  /** So many of the first are the surest of all; the rest, the surest of their pairs. */
  readonly surest: number;
  readonly probabilities: Float32Array;
  readonly predicted: Uint16Array;
}

async function saliencyOf(
  {classifier, epoch}: ProbeContext,
  {images, indices, surest, probabilities, predicted}: Chosen,
): Promise<Artifact> {
  const {labels, shape, pixels} = images;
  const {classNames} = classifier;
  const [height, width, channels] = shape;
  const [answer, truth] = [
    await saliencyMaps(classifier, images, predicted),
    await saliencyMaps(classifier, images, labels),
  ];
  const maps = [
    {label: "delta", scale: "signed", targets: predicted, values: channelSum(answer.delta, channels)},
    {label: "delta", scale: "signed", targets: labels, values: channelSum(truth.delta, channels)},
    {label: "overlay", scale: "sequential", targets: predicted, values: channelSum(answer.overlay, channels)},
    {label: "overlay", scale: "sequential", targets: labels, values: channelSum(truth.overlay, channels)},
  ] as const;
  const drawn = Math.min(DRAWN, surest);
  const columns = Array.from({length: drawn}, (_, n) => {
    const sure = Math.round(100 * probabilities[n * classNames.length + predicted[n]]);
    return `${classNames[labels[n]]} → ${classNames[predicted[n]]} ${sure}%`;
  });
  const notes = {delta: "saliency − baseline", overlay: "|delta| × source"};
  const shown = maps.map(({values}) => values.subarray(0, drawn * height * width));
  const rows = maps.map(({label, scale, targets}, row) => ({
    label: `${label}, ${targets === predicted ? "answer" : "truth"}`,
    note: notes[label],
    values: shown[row],
    scale,
    // one for both classes, so that they compare
    limit: magnitude([row & ~1, row | 1].flatMap((r) => Array.from(shown[r]))),
  }));
  return {
    name: "saliency",
    plot: "imageGrid",
    data: {
      title: `Surest mistakes ${after(epoch)}: what spoke for the answer, and for the truth`,
      height,
      width,
      channels,
      columns,
      rows: [
        {label: "source", values: pixels.subarray(0, drawn * height * width * channels), scale: "intensity"},
        ...rows,
      ],
      note: "truth → answer; blue: a brighter pixel raises that class's logit   orange: lowers it   white: no effect; answer and truth share a scale",
    },
    numbers: {indices, surest, labels, targets: predicted, predicted, probabilities, maps},
  };
}

async function limeOf(
  {classifier, epoch, random}: ProbeContext,
  {images, indices, surest, predicted}: Chosen,
): Promise<Artifact> {
  const {labels, shape, pixels} = images;
  const [height, width, channels] = shape;
  const [ofAnswer, ofTruth]: SegmentExplanation[][] = [[], []];
  for (let n = 0; n < images.count; n++) {
    // its own stream, so that one image's masks shift no other's
    const study = await studyWithLime(classifier, imageAt(images, n), {random: randomSource(random() * 2 ** 32)});
    const of = (explained: number) =>
      segmentExplanation(explainStudy(study, explained), indices[n], labels[n], classifier.classNames);
    ofAnswer.push(of(predicted[n]));
    ofTruth.push(of(labels[n])); // the same masks' answers tell of every class: no question more
  }
  const drawn = Math.min(DRAWN, surest);
  const others = [...ofAnswer.slice(drawn), ...ofTruth];
  return {
    name: "lime",
    plot: "segments",
    data: {
      title: `Surest mistakes ${after(epoch)}: superpixels for and against the answer given`,
      height,
      width,
      channels,
      images: pixels.subarray(0, drawn * height * width * channels),
      explanations: ofAnswer.slice(0, drawn),
    },
    numbers: {indices, surest, others: others.map((explanation) => ({...explanation}))},
  };
}
