/**
 * @file Embedding Atlas' neighbours or UMAP (Rust in WebAssembly, one thread): node embedding_atlas.mjs WHAT DATA ROWS OUT K.
 * WHAT is "neighbours" or "map"; $EMBEDDING_ATLAS is the folder of the package. As tsne.py; neighbours are int32, [rows][k].
 */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const [what, file, rowCount, out, k] = process.argv.slice(2);
const rows = Number(rowCount);
const bytes = readFileSync(file);
const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const columns = values.length / rows;
const folder = process.env.EMBEDDING_ATLAS ?? "node_modules/embedding-atlas";
const {createUMAP} = await import(pathToFileURL(join(folder, "dist/umap.js")).href);
const [begun, worked] = [performance.now(), process.cpuUsage()];
const map = await createUMAP(rows, columns, 2, values, {seed: 0, ...(what === "map" ? {} : {nNeighbors: Number(k)})});
if (what === "map") await map.run();
const seconds = (performance.now() - begun) / 1000;
const {user, system} = process.cpuUsage(worked);
const result = what === "map" ? map.embedding : map.knnIndices;
writeFileSync(out, new Uint8Array(result.buffer, result.byteOffset, result.byteLength));
const rssMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({seconds, cpuSeconds: (user + system) / 1e6, rssMiB}));
process.exit(0);
