import type {ImageShape, Images} from "../../../nouns/samples";
import {type Feeds, OnnxError, type OnnxGraph} from "../../../onnx/index";
import {numbersAnImage} from "./answers";

/** An empty image, and one that contains every level of grey. */
export function twoImages(shape: ImageShape): Images {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) pixels[size + i] = ((i * 2_654_435_761) % 65_536) / 65_535;
  return {count: 2, shape, pixels};
}

/** A model's answers to two images: to each alone, and to both at once. */
export interface Rows {
  readonly numbers: number;
  readonly samples: Float32Array;
  /** Whether it must be asked about one image at a time. */
  readonly isAlone: boolean;
}

/**
 * Asks about two images, each alone and both at once: an exported model may not take a batch, or its answer to one
 * image may depend on the other images of the batch.
 *
 * @param output The tensor of its answers. @param fed Makes the model's feeds. @param what The model's name, for
 * errors.
 */
export async function aloneAndTogether(
  graph: OnnxGraph,
  output: string,
  fed: (images: Images) => Feeds,
  pair: Images,
  what: string,
): Promise<Rows> {
  const size = pair.pixels.length / 2;
  const ask = async (images: Images) => {
    const {dims, data} = (await graph.run(fed(images), [output]))[output];
    return {dims, values: Float32Array.from(data as Float32Array)};
  };
  const one = (n: number) => ({...pair, count: 1, pixels: pair.pixels.subarray(n * size, (n + 1) * size)});
  const alone = [await ask(one(0)), await ask(one(1))];
  const numbers = numbersAnImage(alone[0], 1, what);
  const samples = Float32Array.from([...alone[0].values, ...alone[1].values]);
  const both = await ask(pair).catch((error: Error) => {
    if (error instanceof OnnxError) return undefined; // it takes one image, which it has answered
    throw error;
  });
  const most = samples.reduce((a, v) => Math.max(a, Number.isFinite(v) ? Math.abs(v) : 0), 0);
  const isTogether =
    both?.dims[0] === 2 && samples.every((v, i) => v === both.values[i] || Math.abs(v - both.values[i]) <= 1e-3 * most);
  return {numbers, samples, isAlone: !isTogether};
}
