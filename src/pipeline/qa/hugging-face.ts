import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {orUserErrorSync} from "../../nouns/system-errors";
import {type StoredArray, safetensors} from "../../onnx/index";
import {fromHalf} from "../model/load/half";
import {type BertConfig, bertShapes} from "../model/tf/transformer/bert";

/** A reader in the form of a Hugging Face folder. */
export interface SavedReader {
  readonly config: BertConfig;
  readonly vocabulary: readonly string[];
  readonly lowerCase: boolean;
  readonly weights: ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>;
  /** Weights that the folder lacks, such as a head that is not yet trained. */
  readonly missing: readonly string[];
  /**
   * How much higher "no answer" must score than the best span; absent if the network was not trained on such questions.
   */
  readonly noAnswer?: number;
}

const NUMBERS = [
  ...["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"],
  ...["max_position_embeddings", "type_vocab_size", "layer_norm_eps"],
] as const;

/**
 * Reads config.json, vocab.txt (or tokenizer.json) and model.safetensors of a BERT.
 *
 * @throws UserError if a file is missing or damaged, or it is another kind of network.
 */
export function readHuggingFace(folder: string): SavedReader {
  if (!existsSync(folder)) {
    throw new UserError(`${folder}: expected a Hugging Face folder with config.json, got nothing there`, {
      code: "NOT_FOUND",
    });
  }
  const config = configOf(jsonAt(join(folder, "config.json")), join(folder, "config.json"));
  const {vocabulary, lowerCase} = vocabularyOf(folder);
  if (vocabulary.length !== config.vocab_size) {
    throw new UserError(
      `${folder}: expected a vocabulary of ${config.vocab_size} pieces, as config.json says, got ${vocabulary.length}`,
    );
  }
  const path = join(folder, "model.safetensors");
  const stored = inWords(path, () => safetensors(orUserErrorSync(path, () => readFileSync(path), "read")));
  const weights = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>();
  const missing: string[] = [];
  for (const [name, shape] of bertShapes(config)) {
    const array = stored.get(name) ?? stored.get(name.replace(/^bert\./, ""));
    if (!array) {
      if (!name.startsWith("qa_outputs")) throw new UserError(`${path}: expected the weights ${name}, got none`);
      missing.push(name);
    } else if (`${array.dims}` !== `${shape}`) {
      throw new UserError(`${path}: expected ${name} of shape [${shape}], got [${array.dims}]`);
    } else weights.set(name, {shape, values: floatsOf(array, name, path)});
  }
  const {null_score_diff_threshold: noAnswer} = config as {readonly null_score_diff_threshold?: unknown};
  return {config, vocabulary, lowerCase, weights, missing, ...(typeof noAnswer === "number" ? {noAnswer} : {})};
}

function configOf(json: unknown, path: string): BertConfig {
  const given = (json ?? {}) as {readonly [name: string]: unknown};
  if (given.model_type !== "bert") {
    throw new UserError(`${path}: expected a BERT (model_type "bert"), got ${JSON.stringify(given.model_type)}`);
  }
  for (const name of NUMBERS) {
    const value = given[name];
    const isSize = name !== "layer_norm_eps";
    if (!(typeof value === "number" && value > 0 && (!isSize || Number.isSafeInteger(value)))) {
      const kind = isSize ? "a whole number" : "a number";
      throw new UserError(`${path}: expected ${name} as ${kind} above 0, got ${JSON.stringify(value)}`);
    }
  }
  const [width, heads] = [given.hidden_size, given.num_attention_heads] as [number, number];
  if (width % heads !== 0) {
    throw new UserError(`${path}: expected hidden_size as a multiple of ${heads} heads, got ${width}`);
  }
  const {hidden_act: act, position_embedding_type: places = "absolute"} = given;
  if (act !== "gelu" && act !== "gelu_new") {
    throw new UserError(`${path}: expected hidden_act gelu or gelu_new, got ${JSON.stringify(act)}`);
  }
  if (places !== "absolute") {
    throw new UserError(`${path}: expected position_embedding_type absolute, got ${JSON.stringify(places)}`);
  }
  return given as unknown as BertConfig;
}

/** The pieces of vocab.txt or tokenizer.json, and whether words lose their case. @throws UserError if there is neither. */
export function vocabularyOf(folder: string): {vocabulary: readonly string[]; lowerCase: boolean} {
  const [words, tokenizer, settings] = ["vocab.txt", "tokenizer.json", "tokenizer_config.json"].map((name) =>
    join(folder, name),
  );
  const told = existsSync(settings) ? (jsonAt(settings) as {do_lower_case?: boolean}) : {};
  const lowerCase = told.do_lower_case ?? true;
  if (existsSync(words)) {
    const text = orUserErrorSync(words, () => readFileSync(words, "utf8"), "read");
    return {vocabulary: text.replace(/\r?\n$/, "").split(/\r?\n/), lowerCase};
  }
  if (!existsSync(tokenizer)) throw new UserError(`${folder}: expected vocab.txt or tokenizer.json, got neither`);
  const {model} = jsonAt(tokenizer) as {model?: {type?: string; vocab?: {readonly [piece: string]: number}}};
  if (model?.type !== "WordPiece" || !model.vocab) {
    throw new UserError(`${tokenizer}: expected a WordPiece tokenizer, got ${JSON.stringify(model?.type)}`);
  }
  const vocabulary: string[] = [];
  for (const [piece, id] of Object.entries(model.vocab)) vocabulary[id] = piece;
  return {vocabulary, lowerCase};
}

export function jsonAt(path: string): unknown {
  const text = orUserErrorSync(path, () => readFileSync(path, "utf8"), "read");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
}

/** Adds the file's name to an error that a package throws about a file. */
function inWords<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: ${(error as Error).message}`, {cause: error});
  }
}

function floatsOf({type, bytes}: StoredArray, name: string, path: string): Float32Array {
  const copy = new Uint8Array(bytes); // aligned, of its own
  if (type === "float32") return new Float32Array(copy.buffer);
  if (type === "float64") return Float32Array.from(new Float64Array(copy.buffer));
  if (type === "float16") return Float32Array.from(new Uint16Array(copy.buffer), fromHalf);
  if (type === "bfloat16") {
    return new Float32Array(Uint32Array.from(new Uint16Array(copy.buffer), (bits) => bits << 16).buffer);
  }
  throw new UserError(`${path}: expected ${name} as floats, got ${type}`);
}
