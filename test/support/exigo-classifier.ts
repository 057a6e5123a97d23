import {readFileSync} from "node:fs";
import type {Classifier} from "../../src/nouns/network";
import type {Images} from "../../src/nouns/samples";

interface Reference {
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: readonly number[];
  }[];
}

/**
 * The trained network of fixtures/exigo.json in plain loops over doubles: four valid 3 × 3 convolutions with ReLU, then
 * a dense layer and softmax, pixels moved to [−1, 1]. Slow, and needs no backend.
 */
export function exigoClassifier(): Classifier {
  const {weights}: Reference = JSON.parse(readFileSync("test/fixtures/exigo.json", "utf8"));
  const at = (name: string) => weights.find((w) => w.name === name)!;
  const layers = [1, 2, 3, 4].map((i) => {
    const {shape, values} = at(`conv${i}/kernel`);
    return {inputs: shape[2], outputs: shape[3], kernel: Float64Array.from(values), bias: at(`conv${i}/bias`).values};
  });
  const [dense, bias] = [Float64Array.from(at("linear1/kernel").values), at("linear1/bias").values];

  const probabilities = (pixels: Float32Array): Float64Array => {
    let values = Float64Array.from(pixels, (v) => (v - 0.5) / 0.5);
    let side = 28;
    for (const {inputs, outputs, kernel, bias: offset} of layers) {
      const next = new Float64Array((side - 2) ** 2 * outputs);
      for (let y = 0; y < side - 2; y++) {
        for (let x = 0; x < side - 2; x++) {
          const out = (y * (side - 2) + x) * outputs;
          for (let o = 0; o < outputs; o++) next[out + o] = offset[o];
          for (let tap = 0; tap < 9; tap++) {
            const from = ((y + Math.floor(tap / 3)) * side + x + (tap % 3)) * inputs;
            for (let c = 0; c < inputs; c++) {
              const v = values[from + c];
              const row = (tap * inputs + c) * outputs;
              for (let o = 0; o < outputs; o++) next[out + o] += v * kernel[row + o];
            }
          }
          for (let o = 0; o < outputs; o++) next[out + o] = Math.max(0, next[out + o]);
        }
      }
      values = next;
      side -= 2;
    }
    const logits = Float64Array.from(bias);
    values.forEach((v, i) => {
      for (let k = 0; k < 10; k++) logits[k] += v * dense[i * 10 + k];
    });
    const most = Math.max(...logits);
    const odds = logits.map((v) => Math.exp(v - most));
    const sum = odds.reduce((a, b) => a + b);
    return odds.map((v) => v / sum);
  };
  return {
    imageShape: [28, 28, 1],
    classNames: Array.from("0123456789"),
    async predict({count, pixels}: Images) {
      const out = new Float32Array(count * 10);
      for (let n = 0; n < count; n++) out.set(probabilities(pixels.subarray(n * 784, (n + 1) * 784)), n * 10);
      return out;
    },
  };
}
