/** @file numpy reads everything that docs/run-folder.md says it reads. */
import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {encode} from "../../src/pipeline/record/artifact-codec";
import type {Values} from "../../src/pipeline/record/npy";
import {readSaved} from "../../src/pipeline/record/saved-file";
import {temporaryFolder} from "../support/idx-files";
import {writeShapes} from "../support/image-folder";
import {runAll} from "../support/small-run";

/** A Python that has numpy: `PYTHON`, else python3. */
const PYTHON = process.env.PYTHON ?? "python3";
const hasNumpy = (() => {
  try {
    execFileSync(PYTHON, ["-c", "import numpy"], {stdio: "ignore"});
    return true;
  } catch {
    return false;
  }
})();

/** Shapes by docs/run-folder.md for 3 classes, colour pictures of 16 x 16 and 24 test images, 3 of which are explained. */
const SHAPES: {readonly [array: string]: readonly [type: string, shape: readonly number[]]} = {
  "data/test.json: pixels": ["|u1", [24, 16, 16, 3]],
  "data/test.json: labels": ["<u2", [24]],
  "artifacts/confusion/matrix-epoch-001.json: numbers.probabilities": ["<f4", [24, 3]],
  "artifacts/confusion/matrix-epoch-001.json: data.counts": ["<u4", [3, 3]],
  "artifacts/confusion/matrix-epoch-001.json: numbers.f1": ["<f8", [3]],
  "artifacts/projection/map-epoch-001.json: data.points": ["<f4", [24, 2]],
  "artifacts/projection/map-epoch-001.json: numbers.nearest": ["<u2", [24, 6]],
  "artifacts/lime/segments-epoch-001.json: data.images": ["<f4", [3, 16, 16, 3]],
  "artifacts/lime/segments-epoch-001.json: data.explanations.columns.segments": ["<u2", [3, 16, 16]],
  "artifacts/lime/segments-epoch-001.json: data.explanations.columns.starts": ["<u4", [4]],
  "artifacts/lime/segments-epoch-001.json: data.explanations.columns.target": ["<u4", [3]],
  "artifacts/lime/segments-epoch-001.json: data.explanations.columns.r2": ["<f8", [3]],
  "artifacts/saliency/gradient-epoch-001.json: data.rows.0.values": ["<f4", [3, 16, 16, 3]],
  "artifacts/saliency/gradient-epoch-001.json: numbers.targets": ["<u2", [3]],
  "artifacts/network/inside-epoch-001.json: weights.0.buckets": ["<f8", [30, 3]],
};

/** The arrays of a value that was read, by their paths; those of lists that are columns on the disk are left out. */
function arraysOf(value: unknown, path = ""): [string, Values][] {
  if (ArrayBuffer.isView(value)) return [[path, value as Values]];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && value[0]?.segments !== undefined) return [];
  return Object.entries(value).flatMap(([name, one]) => arraysOf(one, path ? `${path}.${name}` : name));
}

// If PYTHON (python3 by default) has no numpy, these are skipped, and say so.
test.skipIf(!hasNumpy)(
  "every array of a run is read with its type, its shape and its bytes (needs numpy)",
  async () => {
    const data = writeShapes(join(temporaryFolder(), "shapes"), {perClass: 60, size: [16, 16]});
    const save = temporaryFolder();
    await runAll({data, save, name: "r", epochs: 1, testLimit: 24});
    const run = join(save, "r");
    const said = execFileSync(PYTHON, [join(__dirname, "read_all.py"), run], {encoding: "utf8", maxBuffer: 1e8});
    const {arrays, strays, sums, classes} = JSON.parse(said);
    expect([strays, classes]).toEqual([[], 3]);
    expect(sums).toHaveLength(2);
    expect(Math.max(...sums)).toBeLessThan(1e-5);
    for (const [name, [type, shape]] of Object.entries(SHAPES))
      expect(arrays[name]?.slice(0, 2), name).toEqual([type, shape]);
    const files = new Set(Object.keys(arrays).map((name) => name.split(": ")[0]));
    let compared = 0;
    for (const file of files) {
      for (const [path, values] of arraysOf(await readSaved(join(run, file)))) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        expect(arrays[`${file}: ${path}`]?.[2], `${file}: ${path}`).toBe(
          createHash("sha256").update(bytes).digest("hex"),
        );
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(80);
    const {files: paths} = (await readSaved(join(run, "data/test.json"))) as {files: string[]};
    expect(arrays["data/test.json: files"]).toEqual(paths);
  },
);

const FIRST_FORMAT = `
import base64, json, sys
import numpy
folder, large, small = sys.argv[1:]
arrays = json.load(open(folder + "kept.json"))
read = lambda a: eval(large if "file" in a else small)
print(json.dumps({name: [str(read(a).dtype), read(a).tolist()] for name, a in arrays.items() if name != "sha256"}))
`;

test.skipIf(!hasNumpy)("arrays of format /1 are read as docs/run-folder.md says (needs numpy)", () => {
  const text = readFileSync(join(__dirname, "../../docs/run-folder.md"), "utf8");
  const [large, small] = [/`(numpy\.fromfile\(.*\))`/, /`(numpy\.frombuffer\(.*\))`/].map(
    (code) => code.exec(text)![1],
  );
  const arrays: {[name: string]: Values} = {};
  for (const Kind of [Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array]) {
    for (const length of [5, 3000]) {
      arrays[`${Kind.name}-${length}`] = new Kind(Array.from({length}, (_, i) => (i * 37) % 251));
    }
  }
  const folder = join(temporaryFolder(), "artifacts");
  mkdirSync(folder);
  const {json, binary} = encode(arrays, "kept.bin");
  writeFileSync(join(folder, "kept.json"), json);
  writeFileSync(join(folder, "kept.bin"), binary!);
  const read = JSON.parse(execFileSync(PYTHON, ["-c", FIRST_FORMAT, `${folder}/`, large, small], {encoding: "utf8"}));
  for (const [name, values] of Object.entries(arrays)) {
    expect(read[name], name).toEqual([values.constructor.name.replace("Array", "").toLowerCase(), Array.from(values)]);
  }
});

test.skipIf(!hasNumpy)(
  "the reader of examples/ shows a run's matrix, map and one explanation (needs numpy)",
  async () => {
    const save = temporaryFolder();
    await runAll({save, name: "r", epochs: 1});
    const said = execFileSync(PYTHON, [join(__dirname, "../../examples/read_run.py"), join(save, "r")], {
      encoding: "utf8",
    });
    expect(existsSync(join(save, "r", "report.html"))).toBe(false); // it reads, and writes nothing there
    const counts = (await readSaved(join(save, "r/artifacts/confusion/matrix-epoch-001.json"))) as {
      data: {counts: Uint32Array};
    };
    for (let row = 0; row < 10; row++) {
      const numbers = counts.data.counts.subarray(10 * row, 10 * row + 10);
      expect(said).toMatch(new RegExp(`^ *${row} +${[...numbers].join(" +")} *$`, "m"));
    }
  },
);
