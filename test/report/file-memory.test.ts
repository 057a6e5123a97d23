import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {expect, test, vi} from "vitest";
import {encode} from "../../src/pipeline/record/artifact-codec";
import {fileMemory, type Recall, type Saved} from "../../src/report/file-memory";
import {gather} from "../../src/report/gather/index";
import {temporaryFolder} from "../support/idx-files";
import {exampleRun} from "./example-run";

/** Reads as if the files had been written a second ago: then a later change can be told from the one before. */
async function later<T>(read: () => T | Promise<T>): Promise<T> {
  vi.useFakeTimers({toFake: ["Date"], now: Date.now() + 1000});
  try {
    return await read();
  } finally {
    vi.useRealTimers();
  }
}

/** Saves `count` numbers, so many that they go into a file beside. */
function save(path: string, first: number, count = 1000): void {
  const {json, binary} = encode({data: {values: new Float32Array(count).fill(first)}}, "x.bin");
  writeFileSync(path, json);
  writeFileSync(join(dirname(path), "x.bin"), binary!);
}

/** A file's values in a copy, and how often they were made. */
function counted() {
  let made = 0;
  const values = ({data}: Saved) => {
    made++;
    return Float32Array.from(data.values as Float32Array);
  };
  return {
    made: () => made,
    ask:
      (path: string, by = "") =>
      (recall: Recall) =>
        recall(path, by, values)[0],
  };
}

test("makes of a file that stands as it did nothing anew, but for another purpose", async () => {
  const path = join(temporaryFolder(), "x.json");
  const {made, ask} = counted();
  const memory = fileMemory(1e6);
  save(path, 1);
  expect(await later(() => [memory(ask(path)), memory(ask(path)), made()])).toEqual([1, 1, 1]);
  expect([memory(ask(path, "28 pixels")), made()]).toEqual([1, 2]);
});

test("sees every change: of either file, in place or by another's name, at once, to as many bytes", async () => {
  const path = join(temporaryFolder(), "x.json");
  const {ask} = counted();
  const memory = fileMemory(1e6);
  for (let first = 0; first < 300; first++) {
    save(path, first);
    expect(memory(ask(path))).toBe(first);
  }
  expect(await later(() => memory(ask(path)))).toBe(299);
  save(`${path}.json`, 300);
  renameSync(`${path}.json`, path);
  expect(memory(ask(path))).toBe(300);
});

test("keeps no more bytes than it may, and nothing that was not asked for again", async () => {
  const folder = temporaryFolder();
  const paths = ["a", "b", "c"].map((name) => join(folder, name, "x.json"));
  for (const path of paths) {
    mkdirSync(dirname(path));
    save(path, 1);
  }
  const {made, ask} = counted();
  const memory = fileMemory(9000); // two times 1000 floats
  const all = (recall: Recall) => paths.map((path) => ask(path)(recall));
  await later(() => {
    expect([memory(all), made()]).toEqual([[1, 1, 1], 3]);
    expect([memory(all), made()]).toEqual([[1, 1, 1], 4]);
    memory(ask(paths[1]));
    expect(made()).toBe(4);
    memory(all);
    expect(made()).toBe(6);
  });
});

test("a run gathered with a memory, epoch by epoch, is as it is without", async () => {
  const [whole, growing] = [exampleRun(), exampleRun({probes: []})];
  const lines = readFileSync(join(whole, "metrics.jsonl"), "utf8").trimEnd().split("\n");
  const memory = fileMemory(1e6);
  for (let epoch = 0; epoch < lines.length; epoch++) {
    for (const file of readdirSync(join(whole, "artifacts"), {recursive: true, encoding: "utf8"})) {
      if (!file.includes(`epoch-00${epoch}.`)) continue;
      const path = join(growing, "artifacts", file);
      if (!existsSync(dirname(path))) mkdirSync(dirname(path));
      writeFileSync(path, readFileSync(join(whole, "artifacts", file)));
    }
    writeFileSync(join(growing, "metrics.jsonl"), `${lines.slice(0, epoch + 1).join("\n")}\n`);
    const remembered = await later(() => gather(growing, memory));
    const fresh = await gather(growing);
    expect(remembered.file).toEqual(fresh.file);
    expect(remembered.file.stops).toHaveLength(epoch + 1);
    expect(Buffer.concat(remembered.parts).equals(Buffer.concat(fresh.parts))).toBe(true);
  }
  expect((await gather(growing, memory)).file).toEqual((await gather(whole)).file);
});
