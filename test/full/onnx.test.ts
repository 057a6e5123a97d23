import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {startPeer} from "../../bench/peer";
import {type NdArray, openOnnx} from "../../src/onnx/index";
import {distance, shareWithin} from "../support/onnx-fixtures";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";

function hasTorch(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import torch, torchvision, onnx"], {stdio: "ignore"});
    return true;
  } catch {
    return false;
  }
}

/** Networks as people train them, with the distance that two float32 programs may have; none if units switch. */
const NETS: readonly [net: string, most?: number][] = [
  ["exigo-28"],
  ["resnet18-64"],
  ["mobilenet_v2-64"],
  ["mobilenet_v3_small-64"],
  ["efficientnet_b0-64", 4e-6],
  ["densenet121-64"],
  ["squeezenet1_1-64"],
  ["regnet_y_400mf-64"],
  ["shufflenet_v2_x0_5-64"],
  ["googlenet-64"],
  ["convnext_tiny-64", 4e-6],
  ["swin_t-64", 4e-6],
  ["vit_tiny-64", 4e-6],
];

describe.skipIf(!hasTorch())("torchvision's networks, exported here, against PyTorch's own gradients", () => {
  test.each(NETS)("%s", async (net, most) => {
    const folder = mkdtempSync(join(tmpdir(), "onnx-full-"));
    const peer = await startPeer(net, [PYTHON, "bench/peers/onnx_torch.py", net, "2", "1", folder]);
    peer.end();
    try {
      const {shape}: {shape: number[]} = JSON.parse(peer.ready);
      const array = (name: string, dims: readonly number[]): NdArray => {
        const data = new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.f32`))).buffer);
        return {type: "float32", dims, data};
      };
      const graph = await openOnnx(join(folder, "net.onnx"));
      expect(graph.unsupported).toEqual([]);
      const {x} = await graph.gradient({x: array("x", shape)}, {output: "y", weights: array("seed", [2, 10])});
      await graph.dispose();
      const wanted = array("gradient", shape);
      expect(shareWithin(x, wanted, 1e-5)).toBeGreaterThanOrEqual(0.99);
      if (most) expect(distance(x, wanted)).toBeLessThan(most);
    } finally {
      rmSync(folder, {recursive: true});
    }
  });
});
