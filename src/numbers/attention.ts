/** @file Computes figures of attention heads, and maps of tokens, from the attention over the patches of images. */

/** Attention of one layer: `values[((n * heads + h) * tokens + from) * tokens + to]`, rows sum to 1. */
export interface LayerAttention {
  readonly heads: number;
  readonly values: Float32Array;
}

/** Rows and columns of patches, and a patch's side in pixels. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
  readonly side: number;
}

const tokensOf = ({rows, columns}: PatchGrid) => rows * columns;

/**
 * How much attention each token gets: `[(n * heads + h) * tokens + to]`, the mean over the tokens that look. It sums to
 * 1 for each image and head.
 */
export function attentionReceived({heads, values}: LayerAttention, grid: PatchGrid): Float32Array {
  const tokens = tokensOf(grid);
  const images = values.length / (heads * tokens * tokens);
  const received = new Float32Array(images * heads * tokens);
  for (let map = 0; map < images * heads; map++) {
    for (let from = 0; from < tokens; from++) {
      const row = (map * tokens + from) * tokens;
      for (let to = 0; to < tokens; to++) received[map * tokens + to] += values[row + to] / tokens;
    }
  }
  return received;
}

/**
 * Where each token of the first images looks, with one byte for each number:
 * `[((n * heads + h) * tokens + from) * tokens + to]`. Each row is relative to its largest number, which becomes 255.
 * Divided by its sum, it gives the row of attention again, to within 0.2 % of the largest number.
 */
export function attentionRows({heads, values}: LayerAttention, grid: PatchGrid, images: number): Uint8Array {
  const tokens = tokensOf(grid);
  const rows = new Uint8Array(images * heads * tokens * tokens);
  for (let from = 0; from < rows.length; from += tokens) {
    let largest = 0;
    for (let at = from; at < from + tokens; at++) largest = Math.max(largest, values[at]);
    if (largest > 0) for (let at = from; at < from + tokens; at++) rows[at] = Math.round((255 * values[at]) / largest);
  }
  return rows;
}

/**
 * Attention rollout (Abnar & Zuidema 2020, "Quantifying attention flow in transformers", section 3): each layer's attention, the
 * mean of its heads, is mixed half and half with the token itself (what the sum around the layer passes on), and layers
 * are multiplied. The network classifies the mean of all tokens, so the rows' mean is what is shown.
 *
 * @returns How much each token of the image is in that mean, `[n * tokens + to]`; sums to 1 for each image.
 */
export function attentionRollout(layers: readonly LayerAttention[], grid: PatchGrid): Float32Array {
  const tokens = tokensOf(grid);
  const [{heads, values}] = layers;
  const images = values.length / (heads * tokens * tokens);
  const out = new Float32Array(images * tokens);
  for (let n = 0; n < images; n++) {
    const even: Float64Array = new Float64Array(tokens).fill(1 / tokens); // each token's share in the mean
    const shares = [...layers].reverse().reduce<Float64Array>((after, layer) => {
      return rolledBack(after, layer, n * layer.heads * tokens);
    }, even);
    out.set(shares, n * tokens);
  }
  return out;
}

/**
 * Attention rollout for one text and one token of the last layer: how much of each token of the text is in it.
 *
 * @param layers `values[(h * tokens + from) * tokens + to]` of each.
 * @returns `[tokens]`; sums to 1.
 */
export function tokenRollout(layers: readonly LayerAttention[], tokens: number, of: number): Float64Array {
  const shares = new Float64Array(tokens);
  shares[of] = 1;
  return [...layers].reverse().reduce<Float64Array>((after, layer) => rolledBack(after, layer, 0), shares);
}

/**
 * Turns shares of a layer's tokens into shares of the tokens that the layer read. @param first Place of the text's
 * first row of attention.
 */
function rolledBack(shares: Float64Array, {heads, values}: LayerAttention, first: number): Float64Array {
  const tokens = shares.length;
  const before = new Float64Array(tokens);
  for (let from = 0; from < tokens; from++) {
    before[from] += shares[from] / 2;
    for (let h = 0; h < heads; h++) {
      const row = (first + h * tokens + from) * tokens;
      for (let to = 0; to < tokens; to++) before[to] += (shares[from] * values[row + to]) / (2 * heads);
    }
  }
  return before;
}

export interface HeadFigures {
  /** Mean distance in pixels between the middles of a token and of what it looks at (Dosovitskiy et al. 2021, figure 7). */
  readonly distance: Float64Array;
  /**
   * 1 − entropy / the greatest entropy, as a mean over tokens: 0 if a token looks equally at all tokens, 1 if it looks
   * at one alone.
   */
  readonly sharpness: Float64Array;
}

/** The figures of each head of a layer, as means over images and tokens. */
export function headFigures({heads, values}: LayerAttention, grid: PatchGrid): HeadFigures {
  const tokens = tokensOf(grid);
  const images = values.length / (heads * tokens * tokens);
  const [distance, sharpness] = [new Float64Array(heads), new Float64Array(heads)];
  const apart = (a: number, b: number) =>
    grid.side *
    Math.hypot(Math.floor(a / grid.columns) - Math.floor(b / grid.columns), (a % grid.columns) - (b % grid.columns));
  const greatest = Math.log(tokens);
  for (let map = 0; map < images * heads; map++) {
    const h = map % heads;
    for (let from = 0; from < tokens; from++) {
      const row = (map * tokens + from) * tokens;
      let [far, entropy] = [0, 0];
      for (let to = 0; to < tokens; to++) {
        const share = values[row + to];
        far += share * apart(from, to);
        if (share > 0) entropy -= share * Math.log(share);
      }
      distance[h] += far / (images * tokens);
      sharpness[h] += (greatest > 0 ? 1 - entropy / greatest : 0) / (images * tokens);
    }
  }
  return {distance, sharpness};
}

/**
 * The mean magnitude over images of each head's slope, `slopes[n * heads + h]`: how much the loss depends on the head.
 */
export function headImportance(slopes: Float32Array, heads: number): Float64Array {
  const images = slopes.length / heads;
  const importance = new Float64Array(heads);
  for (let at = 0; at < slopes.length; at++) importance[at % heads] += Math.abs(slopes[at]) / images;
  return importance;
}
