import {checkAlike, checkConstants} from "./alike";
import {type Appendix, gradientOf} from "./backward/gradient";
import {checkWay} from "./backward/way";
import {OnnxError} from "./error";
import type {ModelProto} from "./file/model";
import type {Prepared} from "./prepare/prepared";
import type {Feeds, Runtime, SessionSettings} from "./runtime/runtime";
import {lookAt, type Sizes} from "./seen";

/** The facts about a model that do not depend on its weights. They are found once, for all epochs of a run. */
export interface Plan {
  /** The types, sizes and constants of all tensors, for feeds of these sizes. */
  sizes(feeds: Feeds): Promise<Sizes>;
  /**
   * The nodes that compute the gradients, for this file or another one of the same graph. `key` names them.
   *
   * @throws OnnxError if there is no gradient, or if the constants of the other file differ.
   */
  appendix(
    feeds: Feeds,
    from: string,
    to: readonly string[],
    model: ModelProto,
  ): Promise<{key: string; appendix: Appendix}>;
  /** @throws OnnxError if another file's graph differs from this one in more than its weights. */
  checkAlike(other: ModelProto): void;
}

/** @param batched The inputs whose first size is not fixed. */
export function planOf(
  prepared: Prepared,
  batched: readonly string[],
  runtime: Runtime,
  settings: SessionSettings,
): Plan {
  const {model} = prepared;
  const names = namesIn(model);
  const looks = new Map<string, Promise<Sizes>>();
  const made = new Map<string, Appendix>();
  const checked = new WeakMap<ModelProto, Set<string>>(); // other files, and for which gradients their constants fit
  const shapes = (feeds: Feeds) =>
    JSON.stringify(
      Object.keys(feeds)
        .sort()
        .map((name) => feeds[name].dims.slice(batched.includes(name) ? 1 : 0)),
    );
  const sizes = async (feeds: Feeds): Promise<Sizes> => {
    const key = shapes(feeds);
    const look = looks.get(key) ?? lookAt(runtime, prepared.bytes(), model, feeds, batched, settings);
    looks.set(key, look);
    look.catch(() => looks.delete(key));
    return look;
  };
  return {
    sizes,
    async appendix(feeds, from, to, other) {
      const key = JSON.stringify([shapes(feeds), from, to]);
      for (const name of [from, ...to]) checkName(name, names);
      if (!made.has(key)) checkWay(model, from, to);
      const appendix = made.get(key) ?? gradientOf(model, await sizes(feeds), from, to);
      made.set(key, appendix);
      const fitting = checked.get(other) ?? new Set();
      if (other !== model && !fitting.has(key)) checkConstants(appendix.constants, model, other);
      checked.set(other, fitting.add(key));
      return {key, appendix};
    },
    checkAlike: (other) => checkAlike(model, other),
  };
}

function namesIn({graph = {}}: ModelProto): ReadonlySet<string> {
  return new Set([
    ...(graph.input ?? []).map(({name}) => name),
    ...(graph.initializer ?? []).map(({name = ""}) => name),
    ...(graph.node ?? []).flatMap(({output = []}) => output),
  ]);
}

function checkName(name: string, names: ReadonlySet<string>): void {
  if (!names.has(name)) throw new OnnxError(`gradient: expected the name of a tensor of the model, got "${name}"`);
}
