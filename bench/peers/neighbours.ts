/**
 * @file Finds neighbours by src/tsne: `ts-node neighbours.ts exact|approximate DATA ROWS OUT K THREADS`, with the
 * arguments of neighbours.py.
 */
import {readFileSync, writeFileSync} from "node:fs";

import {openNeighbourhood} from "../../src/tsne/index";

async function main(): Promise<void> {
  const [search, file, rowCount, out, k, threads] = process.argv.slice(2);
  const [rows, neighbours] = [Number(rowCount), Number(k)];
  const bytes = readFileSync(file);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const data = {rows, columns: values.length / rows, values};
  const [begun, worked] = [performance.now(), process.cpuUsage()];
  const near = await openNeighbourhood(data, {
    perplexity: (neighbours - 1) / 3,
    metric: "euclidean",
    threads: Number(threads),
    search: search as "exact" | "approximate",
    neighbours,
  });
  const found = near.nearest(neighbours);
  const seconds = (performance.now() - begun) / 1000;
  const {user, system} = process.cpuUsage(worked);
  near.close();
  writeFileSync(out, new Uint8Array(found.buffer));
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({seconds, cpuSeconds: (user + system) / 1e6, rssMiB, recall: near.recall}));
}

void main();
