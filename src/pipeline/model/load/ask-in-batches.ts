import {type Answer, numbersAnImage} from "./answers";

/** How many images a model is asked about at a time. */
export interface BatchSize {
  /** Exactly this many images in each batch; the last batch is filled up with empty images. */
  readonly fixed?: number | undefined;
  /** At most this many images in each batch. */
  readonly most: number;
}

/**
 * A model's answers to any number of images, put together row by row.
 *
 * @param values The images, one after another.
 * @param what Names the model in errors.
 */
export async function askInBatches(
  ask: (values: Float32Array, count: number) => Promise<Answer>,
  values: Float32Array,
  count: number,
  {fixed, most}: BatchSize,
  what: string,
): Promise<Answer> {
  const batch = fixed ?? Math.min(most, count);
  if (batch === count) return ask(values, count);
  const size = values.length / count;
  const parts: Float32Array[] = [];
  let numbers = 0;
  for (let start = 0; start < count; start += batch) {
    const rows = Math.min(batch, count - start);
    const own = values.subarray(start * size, (start + rows) * size);
    const asked = fixed === undefined ? rows : batch;
    const answer = await ask(asked === rows ? own : filledUp(own, asked * size), asked);
    numbers = numbersAnImage(answer, asked, what);
    parts.push(answer.values.subarray(0, numbers * rows));
  }
  const joined = new Float32Array(numbers * count);
  parts.reduce((at, part) => {
    joined.set(part, at);
    return at + part.length;
  }, 0);
  return {dims: [count, numbers], values: joined};
}

function filledUp(values: Float32Array, length: number): Float32Array {
  const filled = new Float32Array(length);
  filled.set(values);
  return filled;
}
