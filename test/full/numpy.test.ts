/** @file What docs/run-folder.md says numpy reads, numpy reads. */
import {execFileSync} from "node:child_process";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {encode} from "../../src/pipeline/record/artifact-codec";
import {temporaryFolder} from "../support/idx-files";

/** A Python that has numpy: `PYTHON`, else python3. */
const PYTHON = process.env.PYTHON ?? "python3";

const SCRIPT = `
import base64, json, sys
import numpy
folder, large, small = sys.argv[1:]
arrays = json.load(open(folder + "kept.json"))
read = lambda a: eval(large if "file" in a else small)
print(json.dumps({name: [str(read(a).dtype), read(a).tolist()] for name, a in arrays.items()}))
`;

test("arrays of every kind, large and small, read with numpy as docs/run-folder.md says", () => {
  const readme = readFileSync(join(__dirname, "../../docs/run-folder.md"), "utf8");
  const [large, small] = [/`(numpy\.fromfile\(.*\))`/, /`(numpy\.frombuffer\(.*\))`/].map(
    (code) => code.exec(readme)![1],
  );
  const arrays: {[name: string]: Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array} =
    {};
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
  const read = JSON.parse(execFileSync(PYTHON, ["-c", SCRIPT, `${folder}/`, large, small], {encoding: "utf8"}));
  for (const [name, values] of Object.entries(arrays)) {
    expect(read[name], name).toEqual([values.constructor.name.replace("Array", "").toLowerCase(), Array.from(values)]);
  }
});
