import {channelSum, exigoSaliencyMaps, saliencyMaps} from "../analysis/saliency";
import {argMaxRows} from "../analysis/scores";
import {oneOf} from "../options";
import type {Probe} from "../types";
import {after} from "./after";

/** Which pixels the class's score hangs on, against what it hangs on without any image. */
export const saliency: Probe<{mode: "class" | "exigo"; target: "true" | "predicted"}> = {
  name: "saliency",
  help: "which pixels a class's score hangs on: gradients at the image and at the empty image",
  options: {
    mode: {
      default: "class",
      help: "class: of one class's logit; exigo: of the sum of all logits, as that pipeline has it",
      check: oneOf("class", "exigo"),
    },
    target: {default: "true", help: "the class explained: true or predicted", check: oneOf("true", "predicted")},
  },
  async *run({classifier, samples, sampleIndices, epoch}, {mode, target}) {
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
      const reading = `${classNames[predicted[n]]} ${Math.round(100 * probabilities[n * classNames.length + predicted[n]])}%`;
      return `${classNames[label]} → ${reading}`;
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
        note: "blue: a brighter pixel raises the score   orange: lowers it   white: no effect; one scale a row, clipped at its 99th percentile",
      },
      numbers: {
        indices: sampleIndices,
        labels: samples.labels,
        targets: Uint16Array.from(targets),
        predicted,
        mode,
        probabilities,
      },
    };
  },
};
