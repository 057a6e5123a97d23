import {OnnxError} from "./error";
import {appended, type ModelProto} from "./file/model";
import type {Plan} from "./plan";
import type {Prepared} from "./prepare/prepared";
import type {Feeds, NdArray, Runtime, Session, SessionSettings} from "./runtime/runtime";
import type {Sizes} from "./seen";
import {keptSessions} from "./sessions";

/** A graph in its two forms, with the sessions that run them. */
export interface Compute {
  /** Computes the named tensors, which may be outputs or inner tensors. */
  run(feeds: Feeds, names: readonly string[]): Promise<Feeds>;
  /** Computes the gradients at `to`, and, in the same pass, the tensors named in `values`. */
  back(feeds: Feeds, question: Question): Promise<{readonly values: Feeds; readonly gradients: Feeds}>;
  sizes(feeds: Feeds): Promise<Sizes>;
  dispose(): Promise<void>;
}
export interface Question {
  readonly from: string;
  readonly seed: NdArray;
  readonly to: readonly string[];
  readonly values: readonly string[];
}

/**
 * How many sessions are kept. Callers use at most four sets of outputs or targets again and again; with more, a session
 * starts each time.
 */
const KEPT = 4;

interface Means {
  /** The model as it runs forward, and in the opset that the gradients' rules need. */
  readonly running: Prepared;
  readonly trained: Prepared;
  /** The session of the model's outputs. */
  readonly forward: Session;
  readonly plan: Plan;
  readonly runtime: Runtime;
  readonly settings: SessionSettings;
}

export function computeWith({running, trained, forward, plan, runtime, settings}: Means): Compute {
  const sessions = keptSessions(KEPT);
  return {
    async run(feeds, names) {
      const inner = innerOf(running.model, names);
      if (inner.length === 0) return forward.run(feeds, names);
      const start = () => runtime.start(appended(running.bytes(), outputsOf(inner)), settings);
      return sessions.use(JSON.stringify(["run", inner]), start, (session) => session.run(feeds, names));
    },
    sizes: plan.sizes,
    async back(feeds, {from, seed, to, values}) {
      const {key, appendix} = await plan.appendix(feeds, from, to, trained.model);
      checkSeed(seed, from, await plan.sizes(feeds));
      const inner = innerOf(trained.model, values);
      const start = () => {
        const whole = appended(appended(trained.bytes(), outputsOf(inner)), appendix.model);
        return runtime.start(whole, settings);
      };
      const all = {...feeds, [appendix.seed]: seed};
      const out = await sessions.use(JSON.stringify([key, inner]), start, (session) =>
        session.run(all, [...values, ...appendix.gradients]),
      );
      return {
        values: Object.fromEntries(values.map((name) => [name, out[name]])),
        gradients: Object.fromEntries(to.map((name, i) => [name, out[appendix.gradients[i]]])),
      };
    },
    async dispose() {
      await Promise.all([forward.release(), sessions.dispose()]);
    },
  };
}

/** The names that are not outputs of the file as it is. @throws OnnxError if one is no tensor of the model. */
function innerOf({graph = {}}: ModelProto, names: readonly string[]): string[] {
  const outputs = new Set(graph.output?.map(({name}) => name));
  const made = new Set(graph.node?.flatMap(({output = []}) => output));
  const inner = names.filter((name) => !outputs.has(name));
  const unknown = inner.find((name) => !made.has(name));
  if (unknown !== undefined)
    throw new OnnxError(`output: expected the name of a tensor that the model makes, got "${unknown}"`);
  return inner;
}

const outputsOf = (names: readonly string[]): ModelProto => ({graph: {output: names.map((name) => ({name}))}});

function checkSeed({type, dims}: NdArray, from: string, sizes: Sizes): void {
  const {type: wanted, dims: shape} = sizes.get(from)!; // it is there, because the gradient was made from it
  if (type === wanted && dims.length === shape.length && shape.every((n, i) => n === -1 || n === dims[i])) return;
  const rows = shape.map((n) => (n === -1 ? "rows" : n));
  throw new OnnxError(
    `weights: expected [${rows.join(", ")}] of ${wanted}, as "${from}", got [${dims.join(", ")}] of ${type}`,
  );
}
