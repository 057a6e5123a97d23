import {join} from "node:path";
import {expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {imagesALook, masksWithin, mistakesWithin} from "../../../src/pipeline/probes/look-budget";
import {readArtifactFile} from "../../../src/pipeline/record/saved-file";
import {run} from "../../../src/pipeline/run";
import {runOptions} from "../../../src/pipeline/run/options";
import type {ProbeOptions} from "../../../src/pipeline/run/probe-once";
import {temporaryFolder} from "../../support/idx-files";
import {writeShapes} from "../../support/image-folder";

test("a look may ask half of what its share of training does, which is three passes an image and epoch", () => {
  expect(imagesALook(459, 5, 6)).toBe(573);
  expect(imagesALook(55_000, 5, 6)).toBe(68_750);
});

test("a third of it is for the samples, a third for the mistakes; none has less than makes sense, or more than wanted", () => {
  expect([undefined, 137_500, 9000, 100].map((budget) => masksWithin(budget, 10, 500))).toEqual([500, 500, 300, 128]);
  expect([undefined, 137_500, 7680, 100].map((budget) => mistakesWithin(budget, 56))).toEqual([56, 56, 20, 4]);
});

async function looked(probeOptions: ProbeOptions) {
  const save = temporaryFolder();
  const data = writeShapes(join(save, "shapes"), {perClass: 30});
  const given = {data, save, name: "r", probes: "lime,mistakes", epochs: 1, projector: 0};
  const notes: string[] = [];
  for await (const event of run(resolveOptions(runOptions, given, "--"), probeOptions)) {
    if (event.type === "say") notes.push(event.line);
  }
  const artifacts = join(save, "r", "artifacts");
  const [lime, mistakes] = await Promise.all(
    ["lime/segments", "mistakes/lime"].map((name) => readArtifactFile(join(artifacts, `${name}-epoch-001.json`))),
  );
  const masks = (artifact: typeof lime) => (artifact.numbers!.settings as {samples: number}).samples;
  return {notes, masks: masks(lime), explained: (mistakes.numbers!.indices as Uint32Array).length};
}

test("looking at few pictures of one's own is cut to that, and says so", async () => {
  const {notes, masks, explained} = await looked({});
  expect(masks).toBe(128);
  expect(explained).toBe(4);
  expect(notes.filter((line) => line.includes("costs no more than training"))).toHaveLength(2);
});

test("what is asked for by name is done", async () => {
  const {notes, masks, explained} = await looked({lime: {samples: "200"}, mistakes: {count: 6, pairs: 0}});
  expect([masks, explained]).toEqual([200, 6]);
  expect(notes.filter((line) => line.includes("costs no more than training"))).toEqual([]);
});
