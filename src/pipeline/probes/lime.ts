import {explainWithLime, settingsOf} from "../analysis/lime/lime";
import {type LimeFlags, limeFlags, limeOptionsOf} from "../analysis/lime/option-table";
import {oneOf} from "../options";
import {randomSource} from "../random";
import type {Kept, Probe} from "../types";
import {after} from "./after";
import {imageAt, segmentExplanation} from "./segment-explanation";

export interface LimeProbeOptions extends LimeFlags {
  readonly explain: string;
}

/** Fewer segments than this are no explanation. */
const FEWEST = 5;

/** Which superpixels of each sample speak for the class the network sees in it. */
export const lime: Probe<LimeProbeOptions> = {
  name: "lime",
  help: "superpixels that speak for and against the class (LIME)",
  options: {
    ...limeFlags,
    explain: {default: "predicted", help: "class explained: predicted or label", check: oneOf("predicted", "label")},
  },
  async *run({classifier, samples, sampleIndices, epoch, random, say}, options) {
    const {shape, labels} = samples;
    const [height, width, channels] = shape;
    const settings = limeOptionsOf(options, shape);
    const explanations = [];
    for (let n = 0; n < samples.count; n++) {
      const explanation = await explainWithLime(classifier, imageAt(samples, n), {
        ...settings,
        random: randomSource(random() * 2 ** 32), // its own stream, so that one image's masks shift no other's
        ...(options.explain === "label" ? {explained: labels[n]} : {}),
      });
      const {count} = explanation.segmentation;
      if (count < FEWEST) {
        const made = `${count} segment${count === 1 ? "" : "s"}`;
        say(`lime: only ${made} in test image ${sampleIndices[n]}: try --lime.segmentation slic or more segments`);
      }
      explanations.push(segmentExplanation(explanation, sampleIndices[n], labels[n], classifier.classNames));
    }
    const which = options.explain === "label" ? "true class" : "class seen";
    const title = `LIME ${after(epoch)}: superpixels for and against the ${which}`;
    yield {
      name: "segments",
      plot: "segments",
      data: {title, height, width, channels, images: samples.pixels, explanations},
      numbers: {settings: {...settingsOf(settings, shape)} as {[name: string]: Kept}}, // words, numbers and lists of them
    };
  },
};
