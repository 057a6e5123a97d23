import type {Compute} from "./compute";
import {dependenciesOf} from "./dependencies";
import {OnnxError} from "./error";
import type {ModelProto} from "./file/model";
import {inBatches, joinedRows, rowsOf, summed} from "./rows";
import type {Feeds, NdArray, Port} from "./runtime/runtime";

/**
 * Lets a model with a fixed batch size take any number of rows: it computes them in parts of this size. Results that
 * depend on the batch are joined row by row; gradients of stored weights are summed.
 */
export function inFixedBatches(compute: Compute, batch: number, model: ModelProto, inputs: readonly Port[]): Compute {
  const {onValues} = dependenciesOf(
    model.graph ?? {},
    inputs.map(({name}) => name),
  );
  const joined = (parts: readonly Feeds[], count: number, whole: (arrays: readonly NdArray[]) => NdArray): Feeds =>
    Object.fromEntries(
      Object.keys(parts[0]).map((name) => {
        const arrays = parts.map((part) => part[name]);
        if (!onValues.has(name)) return [name, whole(arrays)];
        if (arrays[0].dims[0] === batch) return [name, joinedRows(arrays, count)];
        const got = `[${arrays[0].dims}]`;
        throw new OnnxError(
          `"${name}": expected ${batch} rows, the fixed batch size of the inputs, got ${got}: pass ${batch} at a time`,
        );
      }),
    );
  const rowsIn = (feeds: Feeds) => Object.values(feeds)[0].dims[0];
  const fits = (feeds: Feeds) => Object.values(feeds).every(({dims}) => dims[0] === batch);
  return {
    async run(feeds, names) {
      if (fits(feeds)) return compute.run(feeds, names);
      const parts: Feeds[] = [];
      for (const part of inBatches(feeds, batch)) parts.push(await compute.run(part.feeds, names));
      return joined(parts, rowsIn(feeds), ([first]) => first);
    },
    async back(feeds, question) {
      if (fits(feeds)) return compute.back(feeds, question);
      const [values, gradients]: Feeds[][] = [[], []];
      for (const {feeds: some, rows} of inBatches(feeds, batch)) {
        const part = await compute.back(some, {...question, seed: rowsOf(question.seed, rows)});
        values.push(part.values);
        gradients.push(part.gradients);
      }
      const count = rowsIn(feeds);
      return {values: joined(values, count, ([first]) => first), gradients: joined(gradients, count, summed)};
    },
    sizes: async (feeds) => compute.sizes(fits(feeds) ? feeds : inBatches(feeds, batch)[0].feeds),
    dispose: () => compute.dispose(),
  };
}
