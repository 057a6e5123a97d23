import type {RunEvent} from "../run/events";
import type {RunOptions} from "../run/options";
import type {ProbeOptions} from "../run/probe-once";
import {type Plan, type PlannedRun, rough} from "./plan";
import {planRun} from "./plan-run";

/** One of many runs. */
export interface RunToPlan {
  /** The runs of one setting differ only in their seed, and take equally long. */
  readonly setting: string;
  readonly options: RunOptions;
  readonly probeOptions: ProbeOptions;
  readonly state: PlannedRun["state"];
  readonly path: string;
}

/** The most settings that are measured; the others are assumed to cost as much as the mean of these. */
const MOST_MEASURED = 8;

/**
 * The plan of many runs, one after another: the first run of each setting is planned, and runs that are done cost
 * nothing.
 */
export async function* planMany(runs: readonly RunToPlan[], signal?: AbortSignal): AsyncGenerator<RunEvent, Plan> {
  const all = [...new Set(runs.map(({setting}) => setting))];
  const step = Math.max(1, Math.ceil(all.length / MOST_MEASURED));
  const plans = new Map<string, Plan>();
  for (const setting of all.filter((_, i) => i % step === 0)) {
    const {options, probeOptions} = runs.find((run) => run.setting === setting) as RunToPlan; // it is one of these runs
    // a run of this name may exist: it would be continued, or it is done
    plans.set(setting, yield* planRun({...options, name: ""}, probeOptions, signal ? {signal} : {}));
  }
  const measured = [...plans.values()];
  const mean = (of: (plan: Plan) => number) => measured.reduce((sum, plan) => sum + of(plan), 0) / measured.length;
  const [first] = measured;
  const sum = (of: (plan: Plan) => number) =>
    runs
      .filter(({state}) => state !== "done")
      .map(({setting}) => plans.get(setting))
      .reduce((total, plan) => total + (plan ? of(plan) : mean(of)), 0);
  const missed = all.length - measured.length;
  const notes = [
    ...new Set(measured.flatMap((plan) => plan.notes)),
    ...(missed > 0
      ? [`${missed} of ${all.length} settings were not measured: they are taken to cost the mean of the others`]
      : []),
  ];
  return {
    ...first,
    options: {...first.options, name: runs[0].options.name},
    seconds: {low: rough(sum(({seconds}) => seconds.low)), high: rough(sum(({seconds}) => seconds.high))},
    bytes: rough(sum(({bytes}) => bytes)),
    measured: {
      batches: measured.reduce((total, plan) => total + plan.measured.batches, 0),
      looks: measured.reduce((total, plan) => total + plan.measured.looks, 0),
    },
    runs: runs.map(({options: {name}, path, state}) => ({name, path, state})),
    notes,
  };
}
