import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {softmaxRows} from "../../../src/numbers/scores";
import {metWeights} from "../../../src/numbers/tracked-weights";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readArtifactFile} from "../../../src/pipeline/record/saved-file";
import {keptTracks} from "../../../src/pipeline/record/tracks";
import {run} from "../../../src/pipeline/run";
import {runOptions} from "../../../src/pipeline/run/options";
import {temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
const small = {save, probes: "confusion", epochs: 2, batchSize: 16, trainLimit: 400, testLimit: 40, projector: 0};
const tracking = {...small, track: "3,validation:8,test:20"};

test("weights that an image meets: the change, the change over the spread, and what it moved", () => {
  // three nodes, two classes; of the first weights to all classes the deviation is 1
  const first = [1, -1, 1, -1, 1, -1];
  const last = [1, -1, 3, -1, 0, -1];
  const [one, two, three] = metWeights([5, 2, 1], [first, last], 2, 0);
  expect(one).toEqual({node: 1, values: [1, 3], change: 2, overSpread: 2, activation: 2, pushed: 4});
  expect(two).toEqual({node: 2, values: [1, 0], change: -1, overSpread: -1, activation: 1, pushed: -1});
  expect([three.node, three.pushed]).toEqual([0, 0]);
});

test("tracked images are asked about within the epochs, and at their ends say what the run's answers say", async () => {
  await runAll({...tracking, name: "tracked"}, {});
  const tracks = await keptTracks(join(save, "tracked"));
  expect(tracks.map(({at}) => [at.length, at[at.length - 1]])).toEqual([
    [1, 0],
    [20, 1],
    [20, 2],
  ]);
  for (const [epoch, {logits, at, images, classes}] of tracks.entries()) {
    expect(images.map(({split, index}) => [split, index])).toEqual([
      ["train", 3],
      ["validation", 8],
      ["test", 20],
    ]);
    const path = join(save, `tracked/artifacts/confusion/matrix-epoch-00${epoch}.json`);
    const {numbers} = (await readArtifactFile(path)) as unknown as {numbers: {probabilities: Float32Array}};
    const end = logits.slice(((at.length - 1) * 3 + 2) * classes, at.length * 3 * classes);
    expect(softmaxRows(end, classes)).toBeAllClose(numbers.probabilities.slice(20 * classes, 21 * classes), {
      atol: 1e-6,
    });
  }
  const [header, ...lines] = readFileSync(join(save, "tracked/track.csv"), "utf8").trimEnd().split("\n");
  expect(header).toBe("epochs,image,split,index,file,given_label,class,logit,probability");
  expect(lines).toHaveLength(41 * 3 * 10);
  expect(readFileSync(join(save, "tracked/track-weights.csv"), "utf8").trimEnd().split("\n")).toHaveLength(31);
  expect(readFileSync(join(save, "tracked/track.png")).subarray(1, 4).toString()).toBe("PNG");
});

test("looking on changes nothing of the training, and a run that was broken off goes on with what it saw", async () => {
  await runAll({...small, name: "plain"}, {});
  const bytes = (name: string) => readFileSync(join(save, name, "model/weights.bin"));
  expect(bytes("tracked")).toEqual(bytes("plain"));
  const stop = new AbortController();
  const asked = resolveOptions(runOptions, {...tracking, name: "broken"}, "--");
  for await (const event of run(asked, {}, {signal: stop.signal})) {
    if (event.type === "train" && event.epoch === 2 && event.batch === 9) stop.abort();
  }
  await runAll(asked, {}, {resume: openRunDirectory(join(save, "broken"))});
  for (const file of ["track.csv", "track-weights.csv"]) {
    expect(readFileSync(join(save, "broken", file), "utf8")).toBe(readFileSync(join(save, "tracked", file), "utf8"));
  }
});

test("an image that is not there is refused by its place", async () => {
  await expect(runAll({...small, track: "test:40", name: "outside"}, {})).rejects.toThrow(
    "--track test:40: expected a test image below 40, got 40",
  );
  await expect(runAll({...small, track: "best", name: "outside"}, {})).rejects.toThrow(
    "--track best: expected train:17 or test:8, got none of that name",
  );
  expect(() => resolveOptions(runOptions, {track: "3,,8"}, "--")).toThrow("3,8,test:2000");
});
