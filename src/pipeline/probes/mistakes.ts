import {explainStudy} from "../../lime/explanation";
import {settingsOf, studyWithLime} from "../../lime/lime";
import {type RecipeName, recipes} from "../../lime/settings";
import {oneOf, positiveInteger, wholeNumber} from "../../nouns/options";
import {randomSource} from "../../nouns/random";
import type {LabelledImages} from "../../nouns/samples";
import {argMaxRows} from "../../numbers/scores";
import {surestMistakes, surestOfPairs} from "../../numbers/surest-mistakes";
import {magnitude} from "../../plots/color";
import type {Artifact, Kept, Probe, ProbeContext} from "../types";
import {after} from "./after";
import {answerCaption} from "./answer-caption";
import {filesAt} from "./files-at";
import {masksWithin, mistakesWithin} from "./look-budget";
import {mapNotes, mistakeMaps, type SaliencyMode} from "./mistake-maps";
import {overlapped} from "./overlapped";
import {imageAt, segmentExplanation} from "./segment-explanation";

/** How many mistakes the pictures show; the numbers contain all of them. */
const DRAWN = 10;

export interface MistakesOptions {
  readonly count: number;
  readonly pairs: number;
  readonly recipe: RecipeName;
  readonly mode: SaliencyMode;
}

/**
 * Explains the wrong answers of which the network was surest, and the surest one of each other confused pair: what
 * speaks for the answer, and what for the true class.
 */
export const mistakes: Probe<MistakesOptions> = {
  name: "mistakes",
  help: "saliency and LIME of the wrong answers that the network was surest of, for the answer and for the truth",
  options: {
    count: {
      default: 24,
      help: "how many mistakes are explained, the surest first; the pictures show ten",
      check: positiveInteger,
    },
    pairs: {
      default: 32,
      help: "how many confused pairs are explained, too, the commonest first, by the surest mistake of each",
      check: wholeNumber,
    },
    recipe: {
      default: "default",
      help: `whose LIME: ${Object.keys(recipes).join(", ")}`,
      check: oneOf(...(Object.keys(recipes) as RecipeName[])),
    },
    mode: {
      default: "class",
      help: "class: saliency of the answer's logit and of the truth's; exigo: of the sum of all logits, as in --saliency.mode",
      check: oneOf("class", "exigo"),
    },
  },
  async *run(context, {count, pairs, recipe, mode}) {
    const {classifier, test, testLabels: labels, testProbabilities, budget, asked, say} = context;
    const classes = classifier.classNames.length;
    const wrong = surestMistakes(testProbabilities, labels, classes);
    if (wrong.length === 0) return;
    const others = surestOfPairs(wrong, labels, argMaxRows(testProbabilities, classes), classes, count);
    const isAsked = asked?.has("count") || asked?.has("pairs");
    const wanted = Math.min(count, wrong.length) + Math.min(pairs, others.length);
    const shown = isAsked ? wanted : mistakesWithin(budget, wanted);
    if (shown < wanted) {
      say(
        `${shown} explained at each look, so that looking costs no more than training (.count and .pairs ask for more)`,
      );
    }
    const surest = Math.min(count, wrong.length, shown);
    const indices = Uint32Array.of(
      ...wrong.subarray(0, surest),
      ...others.subarray(0, Math.min(pairs, shown - surest)),
    );
    const images = await test.read(indices);
    const probabilities = new Float32Array(indices.length * classes);
    indices.forEach((index, n) => {
      probabilities.set(testProbabilities.subarray(index * classes, (index + 1) * classes), n * classes);
    });
    const chosen = {
      images,
      indices,
      files: filesAt(test, indices),
      surest,
      probabilities,
      predicted: argMaxRows(probabilities, classes),
    };
    if (classifier.noGradient === undefined) yield await saliencyOf(context, chosen, mode);
    const {samples: masks} = settingsOf({recipe}, images.shape);
    const isFree = masks === "auto" || isAsked || asked?.has("recipe");
    yield await limeOf(context, chosen, {recipe, samples: isFree ? masks : masksWithin(budget, indices.length, masks)});
  },
};

interface Chosen {
  readonly images: LabelledImages;
  readonly indices: Uint32Array;
  /** The images' files, if they are files. */
  readonly files: ReturnType<typeof filesAt>;
  /** How many of the first are the surest mistakes of all; the others are the surest of their pairs. */
  readonly surest: number;
  readonly probabilities: Float32Array;
  readonly predicted: Uint16Array;
}

async function saliencyOf(
  {classifier, epoch}: ProbeContext,
  {images, indices, files, surest, probabilities, predicted}: Chosen,
  mode: SaliencyMode,
): Promise<Artifact> {
  const {labels, shape, pixels} = images;
  const {classNames} = classifier;
  const [height, width, channels] = shape;
  const maps = await mistakeMaps(classifier, images, predicted, mode);
  const drawn = Math.min(DRAWN, surest);
  const columns = Array.from({length: drawn}, (_, n) => {
    const probability = probabilities[n * classNames.length + predicted[n]];
    return answerCaption(classNames[labels[n]], classNames[predicted[n]], probability);
  });
  const shown = maps.map(({values}) => values.subarray(0, drawn * height * width));
  const rows = maps.map(({label, scale, targets}, row) => ({
    label: targets ? `${label}, ${targets === predicted ? "answer" : "truth"}` : label,
    note: mapNotes[mode][label],
    values: shown[row],
    scale,
    // one scale for both classes, so that they can be compared
    ...(targets ? {limit: magnitude([row & ~1, row | 1].flatMap((r) => Array.from(shown[r])))} : {}),
  }));
  const colors = "orange: lowers it   white: no effect";
  return {
    name: "saliency",
    plot: "imageGrid",
    data: {
      title: `Surest mistakes ${after(epoch)}: ${
        mode === "exigo" ? "what the sum of all logits hung on" : "what spoke for the answer, and for the truth"
      }`,
      height,
      width,
      channels,
      columns,
      rows: [
        {label: "source", values: pixels.subarray(0, drawn * height * width * channels), scale: "intensity"},
        ...rows,
      ],
      note:
        mode === "exigo"
          ? `truth → answer; blue: a brighter pixel raises the sum   ${colors}; one scale a row`
          : `truth → answer; blue: a brighter pixel raises that class's logit   ${colors}; answer and truth share a scale`,
    },
    numbers: {
      ...{indices, ...files, surest, labels, predicted, mode, probabilities},
      ...(mode === "class" ? {targets: predicted} : {}),
      maps: maps.map((map) => ({...map})),
    },
  };
}

async function limeOf(
  {classifier, epoch, random}: ProbeContext,
  {images, indices, files, surest, predicted}: Chosen,
  settings: {readonly recipe: RecipeName; readonly samples: number | "auto"},
): Promise<Artifact> {
  const {labels, shape, pixels} = images;
  const [height, width, channels] = shape;
  // each image has its own random stream, so that its masks do not change those of another
  const seeds = Array.from(labels, () => random() * 2 ** 32);
  const both = await overlapped(images.count, async (n) => {
    const study = await studyWithLime(classifier, imageAt(images, n), {...settings, random: randomSource(seeds[n])});
    const of = (explained: number) =>
      segmentExplanation(explainStudy(study, explained), indices[n], labels[n], classifier.classNames);
    return [of(predicted[n]), of(labels[n])]; // the answers to the same masks hold every class: no extra classifier call
  });
  const [ofAnswer, ofTruth] = [both.map(([answer]) => answer), both.map(([, truth]) => truth)];
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
    numbers: {
      indices,
      ...files,
      surest,
      others: others.map((explanation) => ({...explanation})),
      settings: {...settingsOf(settings, shape)} as {[name: string]: Kept}, // texts, numbers and lists of them
    },
  };
}
