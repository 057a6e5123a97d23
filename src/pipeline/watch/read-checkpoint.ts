import {stat} from "node:fs/promises";

import {UserError} from "../../nouns/options";
import {OnnxError, readState, unstored, withState} from "../../onnx/index";
import {readWhole} from "../data/read-file";
import type {Checkpoint} from "./folder";
import {inlined, readOnnx} from "./onnx-files";

/** A checkpoint's file as a model. */
export interface ReadCheckpoint {
  /** The file with its weights in it; or its path, if they are too large for that. */
  readonly source: Uint8Array | string;
  /** Notes for the user, one line each. */
  readonly said: readonly string[];
}

/**
 * If the weights beside a model are larger than this, they stay there, because a protobuf message has at most 2 GB, and
 * each copy takes as much memory.
 */
const MOST_INLINED = 2 ** 30;

/**
 * Finds the paths of all files of a checkpoint, including those that a model names, if the model can be read already. A
 * model is read for this only once, as long as its file stays the same.
 */
export function partsFinder(read: typeof readOnnx = readOnnx) {
  const found = new Map<string, {readonly stamp: string; readonly parts: readonly string[]}>();
  return async ({kind, path}: Checkpoint, own: readonly string[]): Promise<readonly string[]> => {
    if (kind !== "onnx") return own;
    const state = await stat(path).catch(() => undefined);
    if (!state) return own;
    const stamp = `${state.ino} ${state.size} ${state.mtimeMs}`;
    const before = found.get(path);
    if (before?.stamp === stamp) return before.parts;
    try {
      const parts = [path, ...(await read(path)).beside];
      found.set(path, {stamp, parts});
      return parts;
    } catch {
      return own; // it is not complete yet; opening it gives the error
    }
  };
}

/**
 * Reads a model, or a graph with the weights of a state.
 *
 * @param graph The place of a state's graph.
 * @param most How many bytes of files beside a model are put into it, at most; if there are more, they stay separate.
 * @throws UserError that names the file, and both shapes if one does not fit.
 */
export async function readCheckpoint(
  {path, kind}: Checkpoint,
  graph: string | undefined,
  most = MOST_INLINED,
): Promise<ReadCheckpoint> {
  const isState = kind === "state" && graph !== undefined;
  const files = await readOnnx(isState ? graph : path);
  if (!isState) {
    if (!files.isSplit || files.size <= most) return {source: (await inlined(files, path)).bytes, said: []};
    const words =
      "those in files beside the models are large: they stay there, without a copy in model/, and how they move is not told";
    return {source: path, said: [`weights   ${words}`]};
  }
  const {bytes} = await inlined(files, graph);
  const state = await inWords(path, await readWhole(path), readState);
  const source = await inWords(path, state, (own) => withState(bytes, own));
  return {source, said: unstoredWords(unstored(bytes, state), graph)};
}

function unstoredWords(names: readonly string[], graph: string): string[] {
  if (names.length === 0) return [];
  const few = names.slice(0, 3).join(", ");
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return [`weights   the checkpoints hold no ${few}${rest}: these are taken as ${graph} has them`];
}

async function inWords<A, B>(path: string, value: A, act: (value: A) => B): Promise<B> {
  try {
    return act(value);
  } catch (error) {
    if (error instanceof OnnxError) throw new UserError(`${path}: ${error.message}`, {cause: error});
    throw error;
  }
}
