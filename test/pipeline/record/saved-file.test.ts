import {execFileSync} from "node:child_process";
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {parseJson} from "../../../src/nouns/json-text";
import {UserError} from "../../../src/nouns/options";
import {encode} from "../../../src/pipeline/record/artifact-codec";
import {readArtifactFile, readSaved} from "../../../src/pipeline/record/saved-file";
import {sealed, unsealed} from "../../../src/pipeline/record/seal";
import {temporaryFolder} from "../../support/idx-files";

const value = {
  name: "x",
  large: Float32Array.from({length: 1000}, (_, i) => i / 7),
  more: new Uint8Array(3001),
  small: [1, 2],
};

function saved(): {readonly json: string; readonly bin: string} {
  const folder = temporaryFolder();
  const {json, binary} = encode(value, "x.bin");
  const paths = {json: join(folder, "x.json"), bin: join(folder, "x.bin")};
  writeFileSync(paths.json, json);
  writeFileSync(paths.bin, binary!);
  return paths;
}

test("a saved value has the digest of its JSON and of its binary file, which sha256sum gives too", async () => {
  const {json, bin} = saved();
  const text = readFileSync(json, "utf8");
  const [, body, digest] = /^(.*),"sha256":"([0-9a-f]{64})"\}$/.exec(text)!;
  const sum = execFileSync("sha256sum", {input: Buffer.concat([Buffer.from(`${body}}`), readFileSync(bin)])});
  expect(`${sum}`).toBe(`${digest}  -\n`);
  expect(await readSaved(json)).toEqual(value);
});

test("every bit that is turned in either file is known: never another value, never more than one line", async () => {
  const {json, bin} = saved();
  for (const file of [json, bin]) {
    const whole = readFileSync(file);
    for (let n = 0; n < 400; n++) {
      const bytes = Uint8Array.from(whole);
      bytes[(n * 7919) % bytes.length] ^= 1 << (n % 8);
      writeFileSync(file, bytes);
      await expectRefused(readSaved(json));
    }
    writeFileSync(file, whole);
  }
});

async function expectRefused(reading: Promise<unknown>): Promise<void> {
  const outcome = await reading.catch((error: Error) => error);
  expect(outcome).toMatchObject({name: "EpochscopeError"});
  expect((outcome as Error).message).toMatch(/^\/.*x\.(json|bin): (saved array: )?expected .*, got /);
}

test("a digest of which any bit is turned is one that was there, not an earlier version's file without", async () => {
  const {json} = saved();
  const whole = readFileSync(json);
  const line = Buffer.from(JSON.stringify(sealed({epoch: 3, loss: 0.5})));
  const begin = (bytes: Buffer) => bytes.length - `"sha256":"${"f".repeat(64)}"}`.length;
  const turned = (bytes: Buffer, at: number, bit: number) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 1 << bit;
    return copy;
  };
  for (let bit = 0; bit < 8; bit++) {
    for (let at = begin(whole); at < whole.length; at++) {
      writeFileSync(json, turned(whole, at, bit));
      await expectRefused(readSaved(json));
    }
    for (let at = begin(line); at < line.length; at++) {
      const text = turned(line, at, bit).toString("utf8");
      expect(() => unsealed(parseJson(text, "x.json"), "x.json"), text).toThrow(UserError);
    }
  }
});

test("what an earlier version wrote has no digest, and is read with its sizes checked", async () => {
  const {json, bin} = saved();
  writeFileSync(json, readFileSync(json, "utf8").replace(/,"sha256":.*/, "}"));
  expect(await readSaved(json)).toEqual(value);
  writeFileSync(bin, "more", {flag: "a"});
  await expect(readSaved(json)).rejects.toThrow(/x\.bin: expected 7008 bytes, got 7012$/);
});

test("what is no file, not there, too deep, or names what it may not is refused by its path", async () => {
  const folder = temporaryFolder();
  const refused = async (content: string | undefined, words: string | RegExp, name = "y.json") => {
    const path = join(folder, name);
    if (content !== undefined) writeFileSync(path, content);
    await expect(readSaved(path)).rejects.toThrow(words);
    await expect(readSaved(path)).rejects.toMatchObject({name: "EpochscopeError"});
  };
  mkdirSync(join(folder, "folder.json"));
  await refused(undefined, `${folder}/folder.json: expected a file, got something else`, "folder.json");
  execFileSync("mkfifo", [join(folder, "pipe.json")]);
  await refused(undefined, `${folder}/pipe.json: expected a file, got something else`, "pipe.json");
  await refused(undefined, `${folder}/none.json: expected to read it, got nothing there (ENOENT)`, "none.json");
  symlinkSync("loop.json", join(folder, "loop.json"));
  await refused(undefined, /loop\.json: expected to read it, got links that lead round in a circle/, "loop.json");
  await refused(
    `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
    /y\.json: expected numbers that fit into memory, got more/,
  );
  const array = (more: object) =>
    JSON.stringify({a: {dtype: "Float32Array", length: 4, file: "z.bin", offset: 0, ...more}});
  writeFileSync(join(folder, "z.bin"), new Uint8Array(16));
  await refused(array({file: "../z.bin"}), /y\.json: saved array: expected base64 or a file beside/);
  await refused(array({dtype: "constructor"}), /y\.json: saved array: expected one of Float32Array/);
}, 20_000);

test("arrays that overlap, or lie in two files, are refused", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "y.json");
  writeFileSync(join(folder, "z.bin"), new Uint8Array(24));
  const array = (offset: number, file = "z.bin") => ({dtype: "Float32Array", length: 4, file, offset});
  writeFileSync(path, JSON.stringify({a: array(0), b: array(8)}));
  await expect(readSaved(path)).rejects.toThrow("z.bin: expected arrays one after another, got two that overlap at 8");
  writeFileSync(path, JSON.stringify({a: array(0), b: array(16, "w.bin")}));
  await expect(readSaved(path)).rejects.toThrow("y.json: expected one binary file beside it, got z.bin, w.bin");
});

test("an artifact has a name, a plot and data", async () => {
  const path = join(temporaryFolder(), "y.json");
  for (const content of ["null", "[]", '{"name":"x","plot":"scatter"}', '{"name":1,"plot":"scatter","data":{}}']) {
    writeFileSync(path, content);
    await expect(readArtifactFile(path)).rejects.toThrow(`${path}: expected an artifact with a name, a plot and data`);
  }
});
