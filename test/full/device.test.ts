/** @file `--device gpu`: onnxruntime's WebGPU, on the software GPU that comes with the tests' browser (SwiftShader), needed by no other test. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {brotliDecompressSync} from "node:zlib";
import {afterAll, beforeAll, expect, test} from "vitest";

import {readArtifactFile} from "../../src/pipeline/record/saved-file";
import type {PlotData} from "../../src/plots/index";
import {command} from "../support/command";

const folder = mkdtempSync(join(tmpdir(), "device-"));
/** Without a MaxPool: WebGPU does not name the places of its maxima, which a gradient needs. */
const NET = "test/fixtures/onnx/mobilenet-dynamo-18.onnx";
const IMAGE = "test/fixtures/images/rgb.png";
const NONE = {VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json"};
const isLinux = process.platform === "linux" && process.arch === "x64";

/** Files of a tar (POSIX ustar): blocks of 512 bytes, a header before each. */
function untarred(tar: Buffer): void {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    if (name === "") return;
    const size = Number.parseInt(tar.toString("utf8", at + 124, at + 136), 8);
    if (/\.(so(\.\d+)?|json)$/.test(name)) writeFileSync(join(folder, name), tar.subarray(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
}

beforeAll(() => {
  const packed = join("node_modules", "@sparticuz", "chromium", "bin", "swiftshader.tar.br");
  if (isLinux) untarred(brotliDecompressSync(readFileSync(packed)));
});
afterAll(() => rmSync(folder, {recursive: true}));

const explain = (device: string, method: string, env: NodeJS.ProcessEnv) => {
  const flags = [
    "--model",
    NET,
    "--method",
    method,
    "--device",
    device,
    "--out",
    join(folder, device),
    "--max-memory",
    "4",
  ];
  return command(["explain", IMAGE, ...flags], [], env);
};

async function mapOf(device: string, method: string): Promise<Float32Array> {
  const {data} = await readArtifactFile(join(folder, device, "rgb", `${method}.json`));
  return (data as PlotData<"attribution">).maps[0].values;
}

test.runIf(isLinux)(
  "the gradient of a GPU is the processor's, but for rounding",
  async () => {
    const gpu = {LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: join(folder, "vk_swiftshader_icd.json")};
    const runs = [await explain("gpu", "gradient", gpu), await explain("cpu", "gradient", NONE)];
    for (const {code, stderr} of runs) expect([code, stderr]).toEqual([0, expect.stringMatching(/^model {3}scores/)]);
    const [ours, wanted] = [await mapOf("gpu", "gradient"), await mapOf("cpu", "gradient")];
    const most = wanted.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    expect(ours).toBeAllClose(wanted, {rtol: 1e-3, atol: 1e-4 * most});
  },
  120_000,
);
