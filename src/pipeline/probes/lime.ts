import {explainWithLime, settingsOf} from "../analysis/lime/lime";
import {type LimeFlags, limeFlags, limeOptionsOf} from "../analysis/lime/option-table";
import {oneOf} from "../options";
import {randomSource} from "../random";
import type {Kept, Probe} from "../types";
import {after} from "./after";
import {overlapped} from "./overlapped";
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
    // each its own stream, so that one image's masks shift no other's
    const seeds = Array.from(labels, () => random() * 2 ** 32);
    const explained = await overlapped(samples.count, (n) =>
      explainWithLime(classifier, imageAt(samples, n), {
        ...settings,
        random: randomSource(seeds[n]),
        ...(options.explain === "label" ? {explained: labels[n]} : {}),
      }),
    );
    const explanations = explained.map((explanation, n) => {
      const {count} = explanation.segmentation;
      if (count < FEWEST) {
        const made = `${count} segment${count === 1 ? "" : "s"}`;
        say(`lime: only ${made} in test image ${sampleIndices[n]}: try --lime.segmentation slic or more segments`);
      }
      return segmentExplanation(explanation, sampleIndices[n], labels[n], classifier.classNames);
    });
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
