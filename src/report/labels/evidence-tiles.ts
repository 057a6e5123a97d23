import type {ImageShape} from "../../nouns/samples";
import {AGAINST, FOR} from "../../plots/color";
import {rgbPng} from "../../plots/png";

/** The evidence for two labels of one picture. */
export interface Evidence {
  readonly lime: {readonly given: Weighed; readonly suggested: Weighed};
  /** A number for each pixel; null if the network has no gradient. */
  readonly saliency: {readonly given: Float32Array; readonly suggested: Float32Array} | null;
}

/** The segment of each pixel, and how much each segment adds. */
interface Weighed {
  readonly segments: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** Two tiles for each method: what speaks for the given label and for the suggested one, as PNGs in data URLs. */
export interface EvidenceTiles {
  readonly given: readonly string[];
  readonly suggested: readonly string[];
  /** One word for each pair, which says what it shows. */
  readonly ways: readonly string[];
}

/**
 * Draws what speaks for (blue) and against (orange) two labels over a faint picture. Both tiles of a method have the
 * same scale, so that weak evidence looks weak.
 *
 * @param pixels The pixels of the picture, in [0, 1].
 */
export function evidenceTiles({lime, saliency}: Evidence, pixels: Float32Array, shape: ImageShape): EvidenceTiles {
  const ofSegments = ({segments, weights}: Weighed) => Float32Array.from(segments, (segment) => weights[segment]);
  const pairs = [
    ...(saliency ? [{way: "saliency", maps: [saliency.given, saliency.suggested] as const}] : []),
    {way: "LIME", maps: [ofSegments(lime.given), ofSegments(lime.suggested)] as const},
  ];
  const tiles = pairs.map(({maps}) => {
    const most = maps.reduce((peak, map) => map.reduce((a, b) => Math.max(a, Math.abs(b)), peak), 0) || 1;
    return maps.map((map) => tile(map, most, pixels, shape));
  });
  return {
    given: tiles.map(([url]) => url),
    suggested: tiles.map(([, url]) => url),
    ways: pairs.map(({way}) => way),
  };
}

/** Draws one map over the picture in faint grey; in a grey picture, ink is dark. */
function tile(map: Float32Array, most: number, pixels: Float32Array, [height, width, channels]: ImageShape): string {
  const out = new Uint8Array(height * (1 + 3 * width)); // a filter byte of 0 before each row
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      let light = 0;
      for (let c = 0; c < channels; c++) light += pixels[p * channels + c] / channels;
      const ground = 255 * (1 - 0.3 * (channels === 1 ? light : 1 - light));
      const strength = Math.min(1, Math.abs(map[p]) / most);
      const color = map[p] > 0 ? FOR : AGAINST;
      for (let c = 0; c < 3; c++) {
        out[y * (1 + 3 * width) + 1 + 3 * x + c] = Math.round(ground + (color[c] - ground) * strength);
      }
    }
  }
  return `data:image/png;base64,${Buffer.from(rgbPng(out, width, height, "detailed")).toString("base64")}`;
}
