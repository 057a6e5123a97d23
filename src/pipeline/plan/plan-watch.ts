import {resolve} from "node:path";

import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {first} from "../data/split";
import {labelsAt} from "../data/split-labels";
import {threadJobs} from "../jobs/thread";
import {environment} from "../record/environment";
import {runName} from "../record/run-name";
import type {RunEvent} from "../run/events";
import {chooseProbes, type ProbeOptions} from "../run/probe-once";
import {samplePlaces} from "../run/samples";
import {fittedToCheckpoint} from "../watch/begin";
import {openTestData, toldClasses} from "../watch/data";
import {watchFacts} from "../watch/facts";
import {checkpointsIn} from "../watch/folder";
import {runToGoOnWith} from "../watch/looked-at";
import {networkInTurn} from "../watch/network-in-turn";
import {sizesOf} from "../watch/opened";
import {openerOf} from "../watch/openers";
import {watchOptionsOf} from "../watch/options";
import {measureLook} from "./measure";
import {type Plan, rough} from "./plan";
import {bytesOfRun, checkWritable, dataFacts} from "./plan-run";

/**
 * Plans what a watch of a folder would do with the checkpoints that exist now. The first one is opened and looked at
 * once, to measure the cost of a look on this machine. Nothing is written, and nothing is waited for.
 *
 * @throws What the watch would throw before its first look; UserError if there is no checkpoint yet.
 */
export async function* planWatch(
  folder: string,
  given: {readonly [name: string]: unknown},
  probeOptions: ProbeOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<RunEvent, Plan> {
  const told = await watchOptionsOf(folder, given);
  const {options} = told;
  const chosen = chooseProbes(options.probes, probeOptions);
  const names = await toldClasses(told);
  await checkWritable(options.save);
  const {all, graph, notes: left} = await checkpointsIn(folder, options);
  if (all.length === 0) {
    throw new UserError(`${folder}: expected checkpoints with a number in their names, got none`);
  }
  const open = await openerOf(options);
  const opened = await open.checkpoint(all[0], graph);
  try {
    const notes = [...left];
    const {outputs} = sizesOf(opened);
    const opening = openTestData({...options, dataUrl: ""}, {side: opened.side, outputs}, signal);
    const read = opened.data ?? (yield* dataFrom(opening, notes));
    const fitted = fittedToCheckpoint({opened, names, chosen, checkpoint: all[0]}, read, options.probes);
    const {data, usable} = fitted;
    notes.push(...fitted.notes);
    const made = environment();
    const facts = watchFacts("", folder, options, usable, made, data, opened);
    const before = await runToGoOnWith(options.save, options.name, facts);
    const known = new Set((await before?.readMetrics())?.map(({epoch}) => epoch));
    const path = before?.path ?? resolve(options.save, options.name || runName(made.startedAt, data.name, "watch"));
    const due = all.filter(({epoch}) => !known.has(epoch) && (options.until === 0 || epoch <= options.until));
    const inTurn = networkInTurn(opened.network, data.classNames);
    const testLabels = await labelsAt(data.test, first(data.test.count));
    const look = await measureLook(
      {
        ...{seed: options.seed, chosen: usable, data, network: inTurn.network, jobs: threadJobs, signal},
        layers: opened.model.layers,
        sampleIndices: samplePlaces(options.samples, testLabels, data.classNames.length),
        modelFiles: async () => opened.files,
      },
      path,
      {epoch: all[0].epoch, batch: 1, batches: 1, images: 0, lossSum: 0, correct: 0, steps: []},
      options.projector,
    );
    notes.push(...look.failures);
    const looks = due.filter(({epoch}) => epoch % options.every === 0).length;
    const size = {epochs: due.length, looks, shown: looks, parameters: opened.model.parameters};
    const seconds = looks * (look.seconds + look.laterSeconds);
    return {
      options: {...options},
      probes: Object.fromEntries(usable.map(({probe, values}) => [probe.name, values])),
      data: dataFacts(data),
      model: {name: opened.model.name, parameters: opened.model.parameters, why: null},
      engine: opened.engine,
      ...{epochs: due.length, batches: 0, batchSize: 0, looks},
      seconds: {low: rough(0.5 * seconds), high: rough(1.4 * seconds)},
      bytes: due.length === 0 ? 0 : rough(bytesOfRun(look, data, size)),
      measured: {batches: 0, looks: 1},
      runs: [
        {
          name: path.split(/[\\/]/).at(-1) ?? path,
          path,
          state: !before ? "new" : due.length > 0 ? "unfinished" : "done",
        },
      ],
      notes,
    };
  } finally {
    await opened.dispose();
    await open.end();
  }
}

async function* dataFrom(opening: ReturnType<typeof openTestData>, notes: string[]): AsyncGenerator<RunEvent, Dataset> {
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
    if ("note" in value) notes.push(value.note);
    else yield {type: "data", ...value};
  }
}
