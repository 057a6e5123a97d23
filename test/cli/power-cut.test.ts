import {cpSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {beforeAll, expect, test} from "vitest";

import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {filesOf} from "../support/small-run";

const FLAGS = [
  "--model",
  "exigo",
  "--epochs",
  "2",
  "--batch-size",
  "16",
  "--threads",
  "1",
  "--projector",
  "0",
  "--quiet",
];
const LOOKS = ["--probes", "confusion,saliency", "--checkpoint-every", "0.01"];

let run: string;
let events: {readonly did: string; readonly path: string}[];

beforeAll(async () => {
  const [save, log] = [temporaryFolder(), join(temporaryFolder(), "log")];
  const watch = ["-r", join(__dirname, "../support", "watch-disk.cjs")];
  const flags = ["--data", idxFolder(), ...FLAGS, ...LOOKS, "--save", save, "--name", "r"];
  expect(await command(flags, watch, {WATCH_TO: log})).toMatchObject({code: 0, stderr: ""});
  run = join(save, "r");
  events = readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({did: line.slice(0, line.indexOf(" ")), path: line.slice(line.indexOf(" ") + 1)}));
});

/** Moments at which a file got its name that says: all before this is whole. */
const vouched = (name: string) =>
  events.flatMap(({did, path}, at) => (did === "rename" && path === join(run, name) ? [at] : []));

test.each(["metrics.jsonl", "checkpoint/state.json"])(
  "when %s is written, all that the run wrote before is on the disk, and so are its names",
  (name) => {
    const moments = vouched(name);
    expect(moments.length).toBeGreaterThan(2);
    for (const moment of moments) {
      const before = events.slice(0, moment);
      const lastOf = (did: string, path: string) =>
        before.findLastIndex((event) => event.did === did && event.path === path);
      const files = new Set(
        before
          .filter(({did, path}) => did === "rename" && /\/r\/(artifacts|plots|model)\//.test(path))
          .map(({path}) => path),
      );
      for (const path of files) {
        expect(lastOf("sync", path), path).toBeGreaterThan(lastOf("rename", path));
        expect(lastOf("sync", dirname(path)), path).toBeGreaterThan(lastOf("rename", path));
      }
    }
    const all = events
      .slice(0, moments.at(-1))
      .filter(({did, path}) => did === "rename" && path.includes("/artifacts/"));
    expect(all.length).toBeGreaterThan(8);
  },
);

test("the checkpoint and the metrics themselves are on the disk before they get their names", () => {
  for (const name of ["metrics.jsonl", "checkpoint/state.json"]) {
    for (const moment of vouched(name)) {
      const {did, path} = events.slice(0, moment).findLast((event) => event.path.startsWith(join(run, name)))!;
      expect([did, path.endsWith(".partial")]).toEqual(["sync", true]);
    }
  }
});

/** The states in which an unreliable disk may leave a file. */
const cuts = {
  empty: (path: string) => truncateSync(path, 0),
  half: (path: string) => truncateSync(path, statSync(path).size >> 1),
  zeros: (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
} as const;

test.each(Object.keys(cuts) as (keyof typeof cuts)[])(
  "files of the last epoch that are %s all the same are told by name, and the rest of the run is there",
  async (cut) => {
    const copy = temporaryFolder();
    cpSync(dirname(run), copy, {recursive: true, verbatimSymlinks: true});
    const path = join(copy, "r");
    for (const name of ["artifacts/confusion/matrix-epoch-002.json", "data/test-images.npy"]) {
      expect(existsSync(join(path, name)), filesOf(path).join("\n")).toBe(true);
      cpSync(join(run, name), join(path, name));
      cuts[cut](join(path, name));
      const {code, stderr} = await command(["report", "r", "--save", copy, "--quiet"]);
      expect([code, stderr.trimEnd().split("\n").length]).toEqual([1, 1]);
      expect(stderr).toMatch(/^error: \/\S+(matrix-epoch-002\.json|test-images\.npy): expected .*, got /);
      cpSync(join(run, name), join(path, name));
    }
    // of the test images, which the data still have, `resume` makes what is lost
    cuts[cut](join(path, "data/test-images.npy"));
    expect(await command(["resume", "r", "--save", copy, "--quiet"])).toMatchObject({code: 0, stderr: ""});
    const kept = (folder: string) => readFileSync(join(folder, "data/test-images.npy"));
    expect(kept(path).equals(kept(run))).toBe(true);
  },
);
