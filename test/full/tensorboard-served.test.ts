/** @file TensorBoard's own server on a folder of real runs: what each of its tabs is given. */
import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {temporaryFolder} from "../support/idx-files";
import {metricsOf, runAll} from "../support/small-run";
import {expectTensorBoard, serveTensorBoard, type TensorBoardServer} from "../support/tensorboard-server";

const RUNS = ["logs/one", "logs/two"];
const [RUN] = RUNS;
const EPOCHS = [0, 1, 2];
let save = "";
let board: TensorBoardServer;

beforeAll(async () => {
  expectTensorBoard();
  save = temporaryFolder();
  await runAll({save, name: "one"});
  await runAll({save, name: "two", probes: "none", epochs: 1, learningRate: 0.002});
  board = await serveTensorBoard(save);
});
afterAll(() => board?.close());

test("lists every run once, the newest too", async () => {
  expect(existsSync(join(save, "latest", "run.json"))).toBe(true);
  expect((await board.json<string[]>("/data/runs")).sort()).toEqual(RUNS);
});

test("scalars: every epoch's losses, once", async () => {
  const tags = await board.json<{[run: string]: {[tag: string]: unknown}}>("/data/plugin/scalars/tags");
  const losses = (run: string) => Object.keys(tags[run]).filter((tag) => /^loss/i.test(tag));
  expect(losses("logs/one").sort()).toEqual(["loss/test", "loss/train", "loss/validation"]);
  const points = await board.json<[number, number, number][]>("/data/plugin/scalars/scalars", {
    run: RUN,
    tag: "loss/validation",
  });
  expect(points.map(([, step]) => step)).toEqual(EPOCHS);
  expect(points.map(([, , value]) => value)).toBeAllClose(
    metricsOf(join(save, "one")).map(({validationLoss}) => validationLoss),
    {rtol: 1e-6},
  );
});

test("scalars: the losses by exigo's names, where asked for, and runs compared by them", async () => {
  const folder = temporaryFolder();
  await runAll({save: folder, name: "as-exigo", probes: "none", epochs: 1, logs: "exigo"});
  const other = await serveTensorBoard(folder);
  try {
    const {"logs/as-exigo": tags} = await other.json<{[run: string]: object}>("/data/plugin/scalars/tags");
    expect(
      Object.keys(tags)
        .filter((tag) => /^loss/i.test(tag))
        .sort(),
    ).toEqual(["Loss/eval", "Loss/test", "Loss/train"]);
    const {metricInfos} = await other.json<{metricInfos: {name: {tag: string}}[]}>(
      "/data/plugin/hparams/experiment",
      {},
      {experimentName: "", includeMetrics: true},
    );
    expect(metricInfos.map(({name}) => name.tag)).toEqual([
      "accuracy/test",
      "accuracy/validation",
      "Loss/test",
      "Loss/eval",
    ]);
  } finally {
    await other.close();
  }
});

test.each(["histograms", "distributions"])("%s: every weight and gradient of every epoch", async (plugin) => {
  const tags = await board.json<{[run: string]: {[tag: string]: unknown}}>(`/data/plugin/${plugin}/tags`);
  expect(Object.keys(tags[RUN])).toEqual(expect.arrayContaining(["weights/conv1/kernel", "gradients/logits/bias"]));
  const points = await board.json<[number, number, unknown[]][]>(`/data/plugin/${plugin}/${plugin}`, {
    run: RUN,
    tag: "weights/conv1/kernel",
  });
  expect(points.map(([, step]) => step)).toEqual(EPOCHS);
});

test("images: the pictures of every epoch, byte for byte", async () => {
  const tags = await board.json<{[run: string]: {[tag: string]: unknown}}>("/data/plugin/images/tags");
  expect(Object.keys(tags[RUN])).toEqual(
    expect.arrayContaining(["confusion/matrix", "projection/map", "lime/segments"]),
  );
  const found = await board.json<{step: number; query: string}[]>("/data/plugin/images/images", {
    run: RUN,
    tag: "confusion/matrix",
    sample: "0",
  });
  expect(found.map(({step}) => step)).toEqual(EPOCHS);
  const query = Object.fromEntries(new URLSearchParams(found[2].query));
  const png = await (await board.fetch("/data/plugin/images/individualImage", query)).arrayBuffer();
  const kept = readFileSync(join(save, "one", "plots", "confusion", "matrix-epoch-002.png"));
  expect(Buffer.from(png).equals(kept)).toBe(true);
});

test("time series: what the front page shows of scalars, histograms and images", async () => {
  const tags = await board.json<{[kind: string]: {tagRunSampledInfo: object; runTagInfo: {[run: string]: string[]}}}>(
    "/data/plugin/timeseries/tags",
  );
  expect(tags.scalars.runTagInfo[RUN]).toContain("accuracy/test");
  expect(tags.histograms.runTagInfo[RUN]).toContain("weights/conv1/kernel");
  expect(Object.keys(tags.images.tagRunSampledInfo)).toContain("confusion/matrix");
});

test("text: the options, as a table", async () => {
  expect(await board.json<object>("/data/plugin/text/tags")).toMatchObject({[RUN]: ["options"]});
  const [{text}] = await board.json<{text: string}[]>("/data/plugin/text/text", {run: RUN, tag: "options"});
  expect(text).toContain("<td>batchSize</td>");
});

test("graphs: the layers, each fed by the one before", async () => {
  const info = await board.json<{[run: string]: {tags: object}}>("/data/plugin/graphs/info");
  expect(Object.keys(info).sort()).toEqual(RUNS);
  expect(info[RUN].tags).toMatchObject({keras: {tag: "keras", conceptual_graph: true}});
  const query = {run: RUN, tag: "keras", conceptual: "true"};
  const graph = await (await board.fetch("/data/plugin/graphs/graph", query)).text();
  const nodes = [...graph.matchAll(/^node \{\n {2}name: "(.*)"\n(?: {2}input: "(.*)"\n)?/gm)].map(
    ([, ...names]) => names,
  );
  expect(nodes.slice(1)).toEqual(
    ["pool1", "conv2", "pool2", "flatten", "logits", "probabilities"].map((name, i) => {
      return [`cnn/${name}`, `cnn/${["conv1", "pool1", "conv2", "pool2", "flatten", "logits"][i]}`];
    }),
  );
});

interface SessionGroups {
  readonly sessionGroups: readonly {
    readonly hparams: {readonly [name: string]: unknown};
    readonly sessions: readonly {
      readonly name: string;
      readonly status: string;
      readonly metricValues: readonly {readonly name: {readonly tag: string}; readonly value: number}[];
    }[];
  }[];
}

test("hparams: a row a run, with its options, its end and the figures that compare runs", async () => {
  const experiment = await board.json<{hparamInfos: {name: string}[]; metricInfos: {name: {tag: string}}[]}>(
    "/data/plugin/hparams/experiment",
    {},
    {experimentName: "", includeMetrics: true},
  );
  expect(experiment.hparamInfos.map(({name}) => name)).toEqual(
    expect.arrayContaining(["model", "learningRate", "batchSize", "logs", "engine"]),
  );
  const metricTags = experiment.metricInfos.map(({name}) => name.tag);
  expect(metricTags).toEqual(["accuracy/test", "accuracy/validation", "loss/test", "loss/validation"]);
  const {sessionGroups} = await board.json<SessionGroups>(
    "/data/plugin/hparams/session_groups",
    {},
    {
      experimentName: "",
      allowedStatuses: ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
      colParams: metricTags.map((tag) => ({metric: {group: "", tag}})),
      startIndex: 0,
      sliceSize: 10,
      includeMetrics: true,
    },
  );
  const rows = sessionGroups.map(({hparams, sessions}) => ({hparams, session: sessions[0]}));
  expect(rows.map(({session}) => session.name).sort()).toEqual(RUNS);
  const [one, two] = RUNS.map((run) => rows.find(({session}) => session.name === run)!);
  expect([one.session.status, two.session.status]).toEqual(["STATUS_SUCCESS", "STATUS_SUCCESS"]);
  expect(one.hparams).toMatchObject({model: "cnn", epochs: 2, batchSize: 32, logs: "plain"});
  expect(two.hparams).toMatchObject({epochs: 1, learningRate: 0.002});
  const last = metricsOf(join(save, "one"))[2];
  const values = Object.fromEntries(one.session.metricValues.map(({name, value}) => [name.tag, value]));
  expect(values["accuracy/test"]).toBeCloseTo(last.testAccuracy, 6);
  expect(values["loss/validation"]).toBeCloseTo(last.validationLoss, 5);
});

test("projector: every epoch's points, what is known of each, and their pictures", async () => {
  expect((await board.json<string[]>("/data/plugin/projector/runs")).sort()).toEqual(RUNS);
  const {embeddings} = await board.json<{embeddings: {tensorName: string; tensorShape: number[]}[]}>(
    "/data/plugin/projector/info",
    {run: RUN},
  );
  expect(embeddings.map(({tensorName}) => tensorName)).toEqual(EPOCHS.map((epoch) => `epoch ${epoch}`));
  for (const {tensorName: name, tensorShape} of embeddings) {
    expect(tensorShape).toEqual([20, 800]);
    const bytes = await (await board.fetch("/data/plugin/projector/tensor", {run: RUN, name})).arrayBuffer();
    expect(bytes.byteLength).toBe(4 * 20 * 800);
    const metadata = await (await board.fetch("/data/plugin/projector/metadata", {run: RUN, name})).text();
    expect(metadata.split("\n")[0]).toContain("label\tprediction");
    const sprite = await (await board.fetch("/data/plugin/projector/sprite_image", {run: RUN, name})).arrayBuffer();
    expect(Buffer.from(sprite).subarray(1, 4).toString()).toBe("PNG");
  }
});
