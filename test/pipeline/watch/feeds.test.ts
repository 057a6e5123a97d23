import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {writeNpy} from "../../../src/pipeline/record/npy";
import {feedProblem, feedsFrom, readFeeds} from "../../../src/pipeline/watch/feeds";
import {watchOptionsOf} from "../../../src/pipeline/watch/options";
import {temporaryFolder} from "../../support/idx-files";

test("what other inputs get is a number, true or false, or a .npy file", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "ages.npy");
  writeFileSync(file, writeNpy({shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6.5)}));
  expect(await readFeeds(`ages=${file},keep:0=0.5,training=false,on=true`)).toEqual({
    ages: {shape: [2, 3], values: [1, 2, 3, 4, 5, 6.5]},
    "keep:0": 0.5,
    training: 0,
    on: 1,
  });
  expect(await readFeeds("")).toEqual({});
  await expect(readFeeds(`ages=${join(folder, "none.npy")}`)).rejects.toThrow("none.npy: expected to read it");
});

test("other words are refused", () => {
  for (const words of ["ages", "ages=", "=1", "ages=a.png", "ages=1,", "ages=one"]) {
    expect(feedProblem(words)).toBe("NAME=NUMBER or NAME=FILE.npy, with commas between");
  }
  for (const words of ["", "ages=1", "a=-1e3,b=c.npy"]) expect(feedProblem(words)).toBeUndefined();
});

test("watch.json names files from its own folder, and numbers as they are", async () => {
  const folder = join(temporaryFolder(), "checkpoints");
  mkdirSync(folder);
  writeFileSync(join(folder, "watch.json"), JSON.stringify({feed: {ages: "ages.npy", on: true, k: 2}}));
  const {options} = await watchOptionsOf(folder, {});
  expect(options.feed).toBe(`ages=${join(folder, "ages.npy")},on=true,k=2`);
  expect(feedsFrom("/data", "a=b.npy,c=1")).toBe("a=/data/b.npy,c=1");
  writeFileSync(join(folder, "watch.json"), JSON.stringify({feed: {ages: "ages.png"}}));
  await expect(watchOptionsOf(folder, {})).rejects.toThrow("feed: expected NAME=NUMBER or NAME=FILE.npy");
});
