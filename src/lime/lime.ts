import {largestOf, ownChance} from "./chance";
import type {Classifier, ImageShape, Images, RandomSource} from "./classifier";
import {explainStudy, type LimeExplanation, type LimeStudy, weighed} from "./explanation";
import {hiddenLook} from "./hiding";
import {distinctMasks, drawMasks} from "./masks";
import {askAboutMasks, type Neighbourhood} from "./neighbourhood";
import {hidingEnergies, liveSegments} from "./proximity";
import {segment} from "./segmentation/index";
import type {Segmentation} from "./segmentation/raster";
import {type LimeSettings, type RecipeName, recipes} from "./settings";

export interface LimeOptions extends Partial<LimeSettings> {
  /** The recipe whose settings hold unless they are given here. */
  readonly recipe?: RecipeName;
  /** The class to explain; by default the most probable one. */
  readonly explained?: number;
  /** Superpixels to use, instead of those that the segmenter would make. */
  readonly segmentation?: Segmentation;
  /** The image with all segments hidden, to use instead of the one that the hiding mode would make. */
  readonly hidden?: Float32Array;
  readonly random?: RandomSource;
  /** How many masked images are in memory at a time. */
  readonly batchSize?: number;
}

/** "auto" starts with this many masks, and doubles them up to the greatest number. */
const AUTO_FIRST = 250;
const AUTO_MOST = 8000;

/**
 * LIME for one image (Ribeiro, Singh & Guestrin 2016, "Why Should I Trust You?", § 3). It hides random sets of
 * superpixels, asks the classifier about each masked image, and fits a weighted linear model that predicts the class's
 * probability from the segments that were kept.
 *
 * @param classifier A black box, of which only `predict` is called.
 * @param image      One image, `count` 1.
 * @throws RangeError if the image's shape is not the classifier's, or there are no pixels to segment.
 */
export async function explainWithLime(
  classifier: Classifier,
  image: Images,
  options: LimeOptions = {},
): Promise<LimeExplanation> {
  const study = await studyWithLime(classifier, image, options);
  return explainStudy(study, options.explained ?? largestOf(study.probabilities));
}

/** The recipe's settings, replaced by the given ones if there are any. */
export function settingsOf(options: LimeOptions, shape: ImageShape): LimeSettings {
  const {recipe = "default", explained, segmentation, hidden, random, batchSize, ...chosen} = options;
  return {...recipes[recipe](shape), ...chosen};
}

/** Draws the masks and asks the classifier about them; afterwards `explainStudy` can explain any class. */
export async function studyWithLime(
  classifier: Classifier,
  image: Images,
  options: LimeOptions = {},
): Promise<LimeStudy> {
  if (image.count !== 1 || `${image.shape}` !== `${classifier.imageShape}`) {
    const got = `${image.count} of [${image.shape}]`;
    throw new RangeError(`lime: expected 1 image of shape [${classifier.imageShape}], got ${got}`);
  }
  const {explained, segmentation: given, hidden: look, random, batchSize} = options;
  const chance = random ?? ownChance();
  const settings = settingsOf(options, image.shape);
  const segmentation = given ?? segment(image, settings.segmenter);
  const hidden = look ?? hiddenLook(image, segmentation, settings.hiding, chance);
  const live = liveSegments(hidingEnergies(image.pixels, hidden, segmentation));
  const masked = {classifier, image, hidden, segmentation, live, batchSize};
  const more = (count: number, before?: Neighbourhood) => {
    const known = before ? before.masks.length / segmentation.count : 0;
    return asked(masked, drawMasks(chance, count, segmentation.count, settings, known), before);
  };
  const first = await more(settings.samples === "auto" ? AUTO_FIRST : settings.samples);
  // The first mask mostly keeps every segment, so its answer is the answer for the image itself.
  const isWhole = first.masks.subarray(0, segmentation.count).every((kept) => kept === 1);
  const probabilities = isWhole
    ? first.probabilities.slice(0, classifier.classNames.length)
    : await classifier.predict(image);
  const study = {image, settings, segmentation, hidden, probabilities};
  if (settings.samples !== "auto") return weighed(study, first);
  let result = weighed(study, first);
  for (let samples = AUTO_FIRST; samples < AUTO_MOST; samples *= 2) {
    const {halvesTop5} = explainStudy(result, explained ?? largestOf(probabilities));
    if (halvesTop5 === 1 || halvesTop5 === null) break;
    result = weighed(study, await more(samples, result.neighbourhood));
  }
  return result;
}

/** Everything that is needed to make a masked image. */
interface Masked {
  readonly classifier: Classifier;
  readonly image: Images;
  readonly hidden: Float32Array;
  readonly segmentation: Segmentation;
  readonly live: Uint8Array;
  readonly batchSize: number | undefined;
}

/**
 * The classifier's answers under each mask; `before` holds the earlier ones. If several masks make the same image, the
 * classifier is asked once.
 */
async function asked(
  {classifier, image, hidden, segmentation, live, batchSize}: Masked,
  masks: Uint8Array,
  before?: Neighbourhood,
): Promise<Neighbourhood> {
  const {distinct, likes} = distinctMasks(masks, segmentation.count, live);
  const said = await askAboutMasks(classifier, image, hidden, segmentation, distinct, batchSize);
  const probabilities = rowsAt(likes, said, classifier.classNames.length);
  return before ? joined(before, {masks, probabilities}) : {masks, probabilities};
}

function rowsAt(rows: Uint32Array, values: Float32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let n = 0, to = 0; n < rows.length; n++) {
    for (let k = 0, from = rows[n] * width; k < width; k++) out[to++] = values[from++];
  }
  return out;
}

function joined(a: Neighbourhood, b: Neighbourhood): Neighbourhood {
  const masks = new Uint8Array(a.masks.length + b.masks.length);
  masks.set(a.masks);
  masks.set(b.masks, a.masks.length);
  const probabilities = new Float32Array(a.probabilities.length + b.probabilities.length);
  probabilities.set(a.probabilities);
  probabilities.set(b.probabilities, a.probabilities.length);
  return {masks, probabilities};
}
