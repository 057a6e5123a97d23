import {explainWithLime, settingsOf} from "../../lime/lime";
import {oneOf} from "../../nouns/options";
import {randomSource} from "../../nouns/random";
import {type LimeFlags, limeFlags, limeOptionsOf} from "../attribution/lime-flags";
import type {Kept, Probe} from "../types";
import {after} from "./after";
import {filesAt} from "./files-at";
import {masksWithin} from "./look-budget";
import {overlapped} from "./overlapped";
import {imageAt, segmentExplanation} from "./segment-explanation";

export interface LimeProbeOptions extends LimeFlags {
  readonly explain: string;
}

/** With fewer segments than this, there is no explanation. */
const FEWEST = 5;

/** Shows which superpixels of each sample speak for the class that the network sees in it. */
export const lime: Probe<LimeProbeOptions> = {
  name: "lime",
  help: "superpixels that speak for and against the class (LIME)",
  options: {
    ...limeFlags,
    explain: {
      default: "predicted",
      flag: "target",
      help: "the class explained: predicted or label (the true one)",
      check: oneOf("predicted", "label"),
    },
  },
  async *run({classifier, test, samples, sampleIndices, epoch, random, say, budget, asked}, options) {
    const {shape, labels} = samples;
    const [height, width, channels] = shape;
    const given = limeOptionsOf(options, shape);
    const {samples: wanted} = settingsOf(given, shape);
    const isFree = wanted === "auto" || asked?.has("samples") || asked?.has("recipe");
    const masks = isFree ? wanted : masksWithin(budget, samples.count, wanted);
    if (masks !== wanted)
      say(`${masks} masks an image, so that looking costs no more than training (.samples ${wanted}: all)`);
    const settings = {...given, samples: masks};
    // each image has its own random stream, so that its masks do not change those of another
    const seeds = Array.from(labels, () => random() * 2 ** 32);
    const explained = await overlapped(samples.count, (n) =>
      explainWithLime(classifier, imageAt(samples, n), {
        ...settings,
        random: randomSource(seeds[n]),
        ...(options.explain === "label" ? {explained: labels[n]} : {}),
      }),
    );
    const few = sampleIndices.filter((_, n) => explained[n].segmentation.count < FEWEST);
    if (few.length > 0) {
      const which = few.length === 1 ? `test image ${few[0]}` : `test images ${few.join(", ")}`;
      say(`fewer than ${FEWEST} segments in ${which}: try --lime.segmentation slic or more segments`);
    }
    const explanations = explained.map((explanation, n) =>
      segmentExplanation(explanation, sampleIndices[n], labels[n], classifier.classNames),
    );
    const which = options.explain === "label" ? "true class" : "class seen";
    const title = `LIME ${after(epoch)}: superpixels for and against the ${which}`;
    yield {
      name: "segments",
      plot: "segments",
      data: {title, height, width, channels, images: samples.pixels, explanations},
      numbers: {...filesAt(test, sampleIndices), settings: {...settingsOf(settings, shape)} as {[name: string]: Kept}}, // words, numbers and lists of them
    };
  },
};
