import {readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {randomSource} from "../../src/nouns/random";
import type {Split} from "../../src/nouns/samples";
import type {Artifact, Probe, ProbeContext} from "../../src/pipeline/types";
import {draw} from "../../src/plots/index";
import {temporaryFolder} from "../support/idx-files";

test("the probe of CONTRIBUTING.md shows the images with the greatest entropy, surest last", async () => {
  const [, code] = /`src\/pipeline\/probes\/doubts\.ts`:\n\n```ts\n([\s\S]*?)```/.exec(
    readFileSync("CONTRIBUTING.md", "utf8"),
  ) as RegExpExecArray;
  const pipeline = join(process.cwd(), "src", "pipeline"); // its imports, as they are seen from src/pipeline/probes
  const folder = temporaryFolder();
  const file = join(folder, "doubts.ts");
  const moved = code
    .replaceAll('"../../', `"${join(pipeline, "..")}/`)
    .replaceAll('"../', `"${pipeline}/`)
    .replaceAll('"./', `"${pipeline}/probes/`);
  writeFileSync(file, moved);
  try {
    const {doubts} = (await import(/* @vite-ignore */ file)) as {doubts: Probe<{count: number}>};
    const testProbabilities = Float32Array.of(0.9, 0.1, 0.5, 0.5, 1, 0); // entropies 0.33, 0.69 and 0 nats
    const split: Split = {
      count: 3,
      read: async (indices) => ({
        count: indices.length,
        shape: [1, 1, 1],
        pixels: Float32Array.from(indices, (n) => n / 2),
        labels: Uint16Array.from(indices, () => 0),
      }),
    };
    const context = {
      ...{classifier: {classNames: ["a", "b"]}, test: split, testProbabilities, epoch: 1, random: randomSource(0)},
    } as unknown as ProbeContext;
    const made: Artifact[] = [];
    for await (const artifact of doubts.run(context, {count: 2})) made.push(artifact as Artifact);
    expect(made).toHaveLength(1);
    const [{data, numbers, plot, name}] = made;
    expect([name, Array.from(numbers?.indices as Uint32Array)]).toEqual(["most", [1, 0]]);
    expect(numbers?.entropies).toBeAllClose([Math.log(2), -0.9 * Math.log(0.9) - 0.1 * Math.log(0.1)], {rtol: 1e-6});
    expect((data as unknown as {columns: string[]}).columns).toEqual(["a, 0.69 nats", "a, 0.33 nats"]);
    expect(draw(plot, data as never).width).toBeGreaterThan(0);
  } finally {
    rmSync(folder, {recursive: true});
  }
});
