import {UserError} from "../../../nouns/options";
import type {OnnxGraph} from "../../../onnx/index";
import {type Meaning, meaningOf} from "./answers";
import {graphEnd} from "./graph-end";
import type {LoadSettings} from "./load-settings";
import {nodesOfOnnx} from "./onnx-graph";
import type {Rows} from "./onnx-rows";

/** The meaning of an output's numbers, and the way from them to logits. */
export interface OnnxMeaning {
  readonly meaning: Meaning;
  /** Whether each image shows one class. */
  readonly isExcluding: boolean;
  /** Whether scores before the activation were found in the graph, or are the output. */
  readonly hasScores: boolean;
  /** The tensor from which they are taken. */
  readonly logits: string;
  /**
   * Turns a batch's numbers into one logit for each class. A single number becomes a pair: half of it for the class,
   * and half against it.
   */
  logitsFrom(values: Float32Array): Float32Array;
}

/**
 * @param found The tensor before the last activation, if there is one.
 * @throws UserError if the numbers do not have the meaning that the user says, or if the classes do not exclude each
 * other.
 */
export function onnxMeaning(
  graph: OnnxGraph,
  output: string,
  found: {readonly logits: string; readonly activation?: unknown},
  {numbers, samples}: Rows,
  {what = "model", classNames, output: said, independent = false}: LoadSettings & {readonly independent?: boolean},
): OnnxMeaning {
  const end = graphEnd(nodesOfOnnx(graph.model), output);
  const question = {what, output: said, end, numbers, samples};
  const meaning = meaningOf(classNames ? {...question, classNames} : question);
  if (!independent) checkExcluding(meaning, what);
  meaning.probabilities(samples); // throws if the numbers do not have the given meaning
  const isExcluding = !independent || numbers === 1 || ["probabilities", "softmax"].includes(meaning.kind);
  const isLogarithm = end.kind === "log-softmax" && found.activation !== undefined; // itself scores, if nothing is found
  const isActivated = ["probabilities", "independent"].includes(meaning.kind) || isLogarithm;
  const hasScores = !isActivated || found.activation !== undefined;
  return {
    meaning,
    isExcluding,
    hasScores,
    logits: isActivated && hasScores ? found.logits : output,
    logitsFrom(values) {
      const odds = () => values.map((p) => Math.log(Math.max(p, 1e-37) / Math.max(1 - p, 1e-37)));
      if (!isExcluding) return hasScores ? values : odds();
      if (numbers > 1) return hasScores ? values : values.map((p) => Math.log(Math.max(p, 1e-37)));
      const scores = hasScores ? values : odds();
      return Float32Array.from({length: 2 * scores.length}, (_, i) => (i % 2 ? 0.5 : -0.5) * scores[i >> 1]);
    },
  };
}

function checkExcluding({kind, words, classNames}: Meaning, what: string): void {
  if (classNames.length === 2 || kind === "probabilities" || kind === "softmax") return;
  throw new UserError(
    `${what}: expected classes of which each image shows exactly one, got ${words}; --scores logits uses its scores all the same`,
  );
}
