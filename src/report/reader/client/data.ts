import {bestOf, bestSpans, exactMatch, wordsF1} from "../../../numbers/answers";
import {viewOf} from "../../client/decode";
import type {Packed} from "../../packed";
import type {ReaderFile, ShownTracked} from "../reader-file";

/** A span of a text, and the probability that the reader gives it as the answer, in [0, 1]. */
export interface Likely {
  readonly text: string;
  /** The places of its first and last token. */
  readonly start: number;
  readonly end: number;
  readonly probability: number;
}

/** How an answer compares with the right ones, as SQuAD's script judges it. */
export type Outcome = "exact" | "overlaps" | "misses" | "should be none";

export interface Answered {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly probability: number;
  readonly outcome: Outcome;
}

/** One tracked question over all stops. Arrays are null if a stop kept none. */
export interface TrackedData extends Pick<ShownTracked, "place" | "tokens" | "right" | "losses"> {
  readonly question: string;
  readonly context: string;
  readonly gold: string;
  start(stop: number): Float32Array | null;
  end(stop: number): Float32Array | null;
  evidence(method: Evidence, stop: number): Float32Array | null;
  slopes(stop: number): Float32Array | null;
  /**
   * The nearest stop that carries attention; `[heads, tokens, tokens]` a layer.
   *
   * @param side Whether it may not come after the stop, or not before it.
   */
  attention(
    stop: number,
    side?: "before" | "after",
  ): {readonly stop: number; readonly layers: readonly Float32Array[]} | null;
  /** The nearest stop that carries node values; `[tokens, width]`. */
  nodes(stop: number): {readonly stop: number; readonly lines: readonly (readonly [string, Float32Array])[]} | null;
  spans(stop: number): readonly Likely[];
  /** The answer that the text contains no answer: its probability, and whether the reader gives it. */
  nothing(stop: number): {readonly probability: number; readonly isAnswer: boolean} | null;
}

export type Evidence = "gradients" | "lime";

export interface ReaderData {
  readonly file: ReaderFile;
  readonly steps: readonly number[];
  readonly last: number;
  readonly heads: number;
  readonly layers: number;
  readonly width: number;
  readonly tracked: readonly TrackedData[];
  /** The node of qa_outputs that moved most over the run. */
  readonly moved: number;
  /** `[2, width]`, or null. */
  outputs(stop: number): Float32Array | null;
  readonly batchLosses: Float32Array;
  answered(stop: number, question: number): Answered | null;
}

export function decodeReader(file: ReaderFile, bytes: ArrayBuffer): ReaderData {
  const view = (packed: Packed | null | undefined) => (packed ? viewOf(packed, bytes) : null);
  const floats = (packed: Packed | null | undefined) => view(packed) as Float32Array | null;
  const {steps, tracked} = file;
  const last = steps.length - 1;
  const outputs = (stop: number) => floats(file.outputs[stop]);
  const [layers = 0, heads = 0] = tracked[0]?.slopes.find(Boolean)?.shape ?? [];
  const width = file.outputs.find(Boolean)?.shape[1] ?? 0;
  return {
    file,
    steps,
    last,
    ...{layers, heads, width, outputs},
    tracked: tracked.map((one) => trackedData(file, one, view, floats)),
    moved: movedMost(outputs(0), outputs(last), width),
    batchLosses: view(file.batchLosses) as Float32Array,
    answered(stop, n) {
      const values = view(file.answers[stop]);
      const {context, answers} = file.questions[n];
      if (!values) return null;
      const [from, to] = [values[3 * n], values[3 * n + 1]];
      const text = context.slice(from, to);
      const golds = answers.map((answer) => answer.text);
      const isExact = bestOf((a, b) => Number(exactMatch(a, b)), text, golds) === 1;
      const other = golds.length === 0 ? "should be none" : bestOf(wordsF1, text, golds) > 0 ? "overlaps" : "misses";
      const outcome = isExact ? "exact" : other;
      return {text, from, to, probability: values[3 * n + 2] / 10_000, outcome};
    },
  };
}

function trackedData(
  file: ReaderFile,
  one: ShownTracked,
  view: (packed: Packed | null) => ArrayLike<number> | null,
  floats: (packed: Packed | null) => Float32Array | null,
): TrackedData {
  const {question, context, answers} = file.questions[one.place];
  const first = one.tokens.findIndex((token) => token.in === "text");
  const end = first < 0 ? 0 : one.tokens.length - 1;
  const nearest = <T>(list: readonly (T | null)[], stop: number): number =>
    list.reduce<number>((best, item, s) => {
      return item && (best < 0 || Math.abs(s - stop) < Math.abs(best - stop)) ? s : best;
    }, -1);
  return {
    ...one,
    question,
    context,
    gold: answers[0]?.text ?? "",
    start: (stop) => floats(one.start[stop]),
    end: (stop) => floats(one.end[stop]),
    evidence: (method, stop) => floats(one[method][stop]),
    slopes: (stop) => floats(one.slopes[stop]),
    attention(stop, side) {
      const isOnSide = (s: number) => (side === "before" ? s <= stop : side === "after" ? s >= stop : true);
      const at = nearest(
        one.attention.map((maps, s) => (isOnSide(s) ? maps : null)),
        stop,
      );
      const maps = one.attention[at];
      if (!maps) return null;
      const layers = maps.map((packed) => Float32Array.from(view(packed) ?? [], (v) => v * (packed.scale ?? 1)));
      return {stop: at, layers};
    },
    nodes(stop) {
      const at = nearest(one.output, stop);
      const lines = [
        ["first attention", floats(one.first[at] ?? null)],
        ["last attention", floats(one.last[at] ?? null)],
        ["last output", floats(one.output[at] ?? null)],
      ] as const;
      const known = lines.flatMap(([name, values]) => (values ? [[name, values] as const] : []));
      return known.length ? {stop: at, lines: known} : null;
    },
    nothing(stop) {
      const [starts, ends] = [floats(one.start[stop]), floats(one.end[stop])];
      if (!starts || !ends) return null;
      const [best] = first < 0 ? [] : bestSpans(starts, ends, first, end, 1);
      const {noAnswer} = file;
      const isAnswer = noAnswer !== null && (!best || starts[0] + ends[0] - best.score > noAnswer);
      return {probability: shares(starts)[0] * shares(ends)[0], isAnswer};
    },
    spans(stop) {
      const [starts, ends] = [floats(one.start[stop]), floats(one.end[stop])];
      if (!starts || !ends || first < 0) return [];
      const [p, q] = [shares(starts), shares(ends)];
      return bestSpans(starts, ends, first, end, 5).map((span) => ({
        ...{start: span.start, end: span.end, probability: p[span.start] * q[span.end]},
        text: context.slice(one.tokens[span.start].from, one.tokens[span.end].to),
      }));
    },
  };
}

/** The softmax of some scores. */
export function shares(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const odds = Float64Array.from(logits, (v) => Math.exp(v - most));
  const sum = odds.reduce((a, b) => a + b);
  return odds.map((v) => v / sum);
}

function movedMost(before: Float32Array | null, after: Float32Array | null, width: number): number {
  if (!before || !after) return 0;
  const moved = (node: number) =>
    Math.abs(after[node] - before[node]) + Math.abs(after[width + node] - before[width + node]);
  return Array.from({length: width}, (_, node) => node).reduce(
    (best, node) => (moved(node) > moved(best) ? node : best),
    0,
  );
}
