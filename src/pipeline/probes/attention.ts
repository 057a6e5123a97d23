import {
  attentionReceived,
  attentionRollout,
  attentionRows,
  type HeadFigures,
  headFigures,
  headImportance,
  type PatchGrid,
} from "../../numbers/attention";
import {argMaxRows} from "../../numbers/scores";
import type {ImageRow} from "../../plots/image-grid";
import type {Probe} from "../types";
import {after} from "./after";
import {answerCaption} from "./answer-caption";
import {filesAt} from "./files-at";

/** The most heads that get a row each. If there are more, each layer gets one row, the mean of its heads. */
const MOST_ROWS = 16;
/**
 * The most bytes that an epoch keeps about where each patch looks. With small patches, these are enough only for the
 * first images.
 */
const MOST_LOOKS = 1 << 18;

/** Where a transformer's heads look, and how much its loss depends on each head. */
export const attention: Probe = {
  name: "attention",
  help: "where a transformer's heads look: maps by head and layer, rollout, and how much each head matters (--model vit)",
  options: {},
  suits: ({attention}) => attention !== undefined,
  async *run({classifier, samples, sampleIndices, epoch, test}) {
    if (!classifier.attention) return;
    const {layers, grid} = classifier.attention;
    const {classNames} = classifier;
    const probabilities = await classifier.predict(samples);
    const predicted = argMaxRows(probabilities, classNames.length);
    const weights = await classifier.attention.weights(samples);
    const slopes = await classifier.attention.headSlopes(samples);
    const looked = layers.map(({heads}, i) => ({heads, values: weights[i]}));
    const received = looked.map((layer) => attentionReceived(layer, grid));
    const rollout = attentionRollout(looked, grid);
    const figures = looked.map((layer) => headFigures(layer, grid));
    const tokens = grid.rows * grid.columns;
    const anImage = layers.reduce((sum, {heads}) => sum + heads * tokens * tokens, 0);
    const followed = Math.min(samples.count, Math.floor(MOST_LOOKS / anImage));
    const importance = slopes.map((own, i) => headImportance(own, layers[i].heads));
    const aboveUniform = (shares: Float32Array) => inPixels(shares, grid, samples.shape);
    const rows: ImageRow[] = layers.flatMap(({heads}, i) => {
      const each = layers.reduce((sum, layer) => sum + layer.heads, 0) <= MOST_ROWS;
      const chosen = each ? Array.from({length: heads}, (_, h) => h) : [undefined];
      return chosen.map((h) => ({
        label: h === undefined ? `layer ${i + 1}` : `layer ${i + 1}, head ${h + 1}`,
        note: wordsOf(figures[i], importance[i], h),
        values: aboveUniform(ofHead(received[i], heads, tokens, h)),
        scale: "sequential",
      }));
    });
    yield {
      name: "heads",
      plot: "imageGrid",
      data: {
        title: `Attention ${after(epoch)}: where each head looks`,
        height: samples.shape[0],
        width: samples.shape[1],
        channels: samples.shape[2],
        columns: Array.from(samples.labels, (label, n) => {
          const probability = probabilities[n * classNames.length + predicted[n]];
          return answerCaption(classNames[label], classNames[predicted[n]], probability);
        }),
        rows: [
          {label: "source", values: samples.pixels, scale: "intensity"},
          {label: "rollout", note: "all layers together", values: aboveUniform(rollout), scale: "sequential"},
          ...rows,
        ],
        note: [
          "colour: the share of all patches' looking that a patch gets above an even share, 1 being twice that; one scale a row",
          "sharp: 0, a patch looks at all alike; 1, at one alone   loss: how far the loss moves with the size of the head's answer",
          "Attention says where a head looks, not why the network decided.",
        ],
      },
      numbers: {
        indices: sampleIndices,
        ...filesAt(test, sampleIndices),
        labels: samples.labels,
        predicted,
        probabilities,
        grid: {...grid},
        rollout,
        layers: layers.map(({layer, heads}, i) => ({
          layer,
          heads,
          received: received[i],
          rows: attentionRows(looked[i], grid, followed),
          distance: figures[i].distance,
          sharpness: figures[i].sharpness,
          importance: importance[i],
        })),
      },
    };
  },
};

/** How much attention each token of each image gets from a head, or from all heads on average: `[n * tokens + to]`. */
function ofHead(received: Float32Array, heads: number, tokens: number, head: number | undefined): Float32Array {
  const images = received.length / (heads * tokens);
  return Float32Array.from({length: images * tokens}, (_, at) => {
    const [n, to] = [Math.floor(at / tokens), at % tokens];
    const share = (h: number) => received[(n * heads + h) * tokens + to];
    if (head !== undefined) return share(head);
    let sum = 0;
    for (let h = 0; h < heads; h++) sum += share(h);
    return sum / heads;
  });
}

/**
 * Turns the shares of tokens into pixels: how far a share is above the even share, where 1 means twice the even share.
 * It is 0 below the even share, and at pixels that belong to no patch.
 */
function inPixels(
  shares: Float32Array,
  {rows, columns, side}: PatchGrid,
  [height, width]: readonly [number, number, number],
): Float32Array {
  const tokens = rows * columns;
  const images = shares.length / tokens;
  const pixels = new Float32Array(images * height * width);
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < rows * side; y++) {
      for (let x = 0; x < columns * side; x++) {
        const token = Math.floor(y / side) * columns + Math.floor(x / side);
        pixels[(n * height + y) * width + x] = Math.max(0, shares[n * tokens + token] * tokens - 1);
      }
    }
  }
  return pixels;
}

function wordsOf({sharpness}: HeadFigures, importance: Float64Array, head: number | undefined): string {
  const figure = (values: Float64Array) =>
    head === undefined ? values.reduce((sum, v) => sum + v, 0) / values.length : values[head];
  return `sharp ${figure(sharpness).toFixed(2)}, loss ${figure(importance).toFixed(2)}`;
}
