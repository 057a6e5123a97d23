import {existsSync, statSync} from "node:fs";
import {basename, dirname, join} from "node:path";

import {failingAs} from "../../nouns/errors";
import {UserError} from "../../nouns/options";
import type {Tokens} from "../../nouns/samples";
import {type NdArray, type OnnxGraph, openOnnx} from "../../onnx/index";
import {WordPiece} from "../data/text/word-piece";
import {inWords} from "../model/load/onnx-words";
import {portWords, shapeWords} from "../model/load/ports";
import {readOnnx} from "../watch/onnx-files";
import type {Answering} from "./answering";
import {jsonAt, vocabularyOf} from "./hugging-face";
import {thresholdOf} from "./threshold";

/** The inputs of an exported BERT for questions, by their meaning. */
const INPUTS = ["input_ids", "attention_mask", "token_type_ids"] as const;
/** Tokens of a window, if neither the file nor config.json beside it says; and the most that are given to a model. */
const [LONGEST, MOST_TOKENS] = [512, 16_384];

type Whole = "int64" | "int32";
type Port = OnnxGraph["ports"]["inputs"][number];

/**
 * A BERT for questions as an ONNX file, as `optimum` or torch.onnx.export write it: inputs input_ids, attention_mask and token_type_ids
 * (the last two may be missing), outputs start_logits and end_logits. onnxruntime computes.
 *
 * @param tokenizer The folder of vocab.txt or tokenizer.json, or one of these files; "": the model's own folder.
 * @throws UserError if it is no such model, its vocabulary is another, or its weights stand outside of its folder.
 */
export async function openOnnxReader(file: string, tokenizer: string, nullThreshold: string): Promise<Answering> {
  return failingAs("BAD_MODEL", () => opened(file, tokenizer, nullThreshold));
}

/** Bytes of an ONNX file and of those beside it that it names. @throws UserError if it is none, or these stand elsewhere. */
export async function onnxBytes(file: string): Promise<number> {
  return (await failingAs("BAD_MODEL", () => readOnnx(file))).size;
}

async function opened(file: string, tokenizer: string, nullThreshold: string): Promise<Answering> {
  const folder = tokenizerFolder(tokenizer || dirname(file), file);
  const {vocabulary, lowerCase} = vocabularyOf(folder);
  const config = configBeside(folder) ?? configBeside(dirname(file)) ?? {};
  const {bytes, isSplit} = await readOnnx(file);
  const graph = await inWords(file, () => openOnnx(isSplit ? file : bytes));
  try {
    const types = inputTypes(graph, file);
    const [start, end] = outputsOf(graph, file);
    checkVocabulary(graph, vocabulary.length, folder, file);
    const fixed = sequenceOf(graph, file);
    const longest = fixed ?? Math.min(MOST_TOKENS, numberOf(config.max_position_embeddings) ?? LONGEST);
    const noAnswer = thresholdOf(nullThreshold, numberOf(config.null_score_diff_threshold));
    return {
      words: new WordPiece(vocabulary, lowerCase),
      longest,
      stride: Math.min(128, Math.floor(longest / 4)),
      ...(noAnswer === undefined ? {} : {noAnswer}),
      async logits(batch) {
        const padded = fixed === undefined ? batch : paddedTo(batch, fixed);
        const dims = [padded.count, padded.length];
        const values = {input_ids: padded.ids, attention_mask: padded.mask, token_type_ids: padded.types};
        const feeds = Object.fromEntries(
          types.map(([name, type]) => [name, {type, dims, data: wholeNumbers(values[name], type)}]),
        );
        const found = await inWords(file, () => graph.run(feeds, [start, end]));
        const of = (name: string) => own(scoresOf(found[name], dims, name, file), padded, batch.length);
        return {start: of(start), end: of(end)};
      },
      dispose: () => graph.dispose(),
    };
  } catch (error) {
    await graph.dispose();
    throw error;
  }
}

/** The folder of a tokenizer that is named by its folder or by its file. */
function tokenizerFolder(path: string, file: string): string {
  if (!existsSync(path)) throw new UserError(`--tokenizer: expected a folder or a file, got none at ${path}`);
  if (!statSync(path).isDirectory() && !["vocab.txt", "tokenizer.json"].includes(basename(path))) {
    throw new UserError(`--tokenizer: expected vocab.txt, tokenizer.json or a folder with one of them, got ${path}`);
  }
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  if (["vocab.txt", "tokenizer.json"].some((name) => existsSync(join(folder, name)))) return folder;
  throw new UserError(
    `${file}: expected its vocabulary beside it or by --tokenizer (vocab.txt or tokenizer.json), got none in ${folder}`,
  );
}

function configBeside(folder: string): {readonly [name: string]: unknown} | undefined {
  const path = join(folder, "config.json");
  return existsSync(path) ? ((jsonAt(path) ?? {}) as {readonly [name: string]: unknown}) : undefined;
}

const numberOf = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);

const typedWords = ({name, type, dims}: Port) => `${name} ${type} ${shapeWords(dims)}`;

/** Its inputs, each with its type. @throws UserError if one is none of BERT's, or input_ids is not among them. */
function inputTypes({ports: {inputs}}: OnnxGraph, file: string): [name: (typeof INPUTS)[number], type: Whole][] {
  const isKnown = ({name, type, dims}: Port) =>
    INPUTS.includes(name as (typeof INPUTS)[number]) && (type === "int64" || type === "int32") && dims.length === 2;
  if (!inputs.some(({name}) => name === "input_ids") || !inputs.every(isKnown)) {
    throw new UserError(
      `${file}: expected the inputs ${INPUTS.join(", ")} of a BERT, [n, tokens] of int64, got ${inputs.map(typedWords).join(", ")}`,
    );
  }
  return inputs.map(({name, type}) => [name as (typeof INPUTS)[number], type as Whole]);
}

function outputsOf({ports: {outputs}}: OnnxGraph, file: string): [start: string, end: string] {
  const named = (word: RegExp) => outputs.filter(({name, type, dims}) => word.test(name) && type === "float32" && dims.length === 2); // biome-ignore format: one thought
  const [starts, ends] = [named(/start/i), named(/end/i)];
  if (starts.length === 1 && ends.length === 1) return [starts[0].name, ends[0].name];
  throw new UserError(
    `${file}: expected the outputs start_logits and end_logits of a network that answers questions, got ${outputs.map(portWords).join(", ")}`,
  );
}

/** @throws UserError if the table that input_ids are looked up in has another number of rows than the vocabulary. */
function checkVocabulary({model: {graph = {}}}: OnnxGraph, pieces: number, folder: string, file: string): void {
  const sizes = new Map((graph.initializer ?? []).map(({name = "", dims = []}) => [name, dims.map(Number)]));
  for (const {opType, input = []} of graph.node ?? []) {
    const [rows] = (opType === "Gather" && input[1] === "input_ids" && sizes.get(input[0])) || [pieces];
    if (rows !== pieces) {
      throw new UserError(`${folder}: expected the vocabulary of ${basename(file)}, ${rows} pieces, got ${pieces}`);
    }
  }
}

/** The number of tokens that the model takes, if it takes no other. @throws UserError if that is beyond reason. */
function sequenceOf({ports: {inputs}}: OnnxGraph, file: string): number | undefined {
  const [port] = inputs;
  const tokens = port.dims[1];
  if (!(typeof tokens === "number" && tokens > 0)) return undefined;
  if (tokens > MOST_TOKENS) {
    throw new UserError(`${file}: expected windows of at most ${MOST_TOKENS} tokens, got ${portWords(port)}`);
  }
  return tokens;
}

/** @throws UserError if they are not a number a token. */
function scoresOf(found: NdArray, dims: readonly number[], name: string, file: string): Float32Array {
  const values = found.data as Float32Array;
  if (`${found.dims}` !== `${dims}`) {
    throw new UserError(
      `${file}: expected ${name} of ${shapeWords(dims)}, a number a token, got ${shapeWords(found.dims)}`,
    );
  }
  if (values.some(Number.isNaN))
    throw new UserError(`${file}: expected ${name} as numbers, got some that are none (NaN)`);
  return values;
}

function paddedTo({count, length, ids, types, mask}: Tokens, longest: number): Tokens {
  const wider = <A extends Int32Array | Float32Array>(from: A, into: A): A => {
    for (let n = 0; n < count; n++) into.set(from.subarray(n * length, (n + 1) * length), n * longest);
    return into;
  };
  const room = count * longest;
  return {
    ...{count, length: longest},
    ids: wider(ids, new Int32Array(room)),
    types: wider(types, new Int32Array(room)),
    mask: wider(mask, new Float32Array(room)),
  };
}

/** The first tokens of each row. */
function own(values: Float32Array, {count, length: wide}: Tokens, length: number): Float32Array {
  const out = new Float32Array(count * length);
  for (let n = 0; n < count; n++) out.set(values.subarray(n * wide, n * wide + length), n * length);
  return out;
}

function wholeNumbers(values: ArrayLike<number>, type: Whole): BigInt64Array | Int32Array {
  return type === "int32" ? Int32Array.from(values) : BigInt64Array.from(Array.from(values, BigInt));
}
