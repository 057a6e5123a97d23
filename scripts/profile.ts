/**
 * @file Shows how a run's time is used: functions by their own time, from V8's sampling profiler. Arguments go to the
 * runner.
 */
import {spawnSync} from "node:child_process";
import {mkdtempSync, readdirSync, readFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {readonly functionName: string; readonly url: string; readonly lineNumber: number};
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 25;
const folder = mkdtempSync(join(tmpdir(), "epochscope-profile-"));
const given = process.argv.slice(2);
const flags = given.length > 0 ? given : ["--epochs", "1", "--train-limit", "6000", "--test-limit", "2000"];
const {status} = spawnSync(
  process.execPath,
  [
    "--cpu-prof",
    `--cpu-prof-dir=${folder}`,
    "-r",
    "ts-node/register",
    "runner.ts",
    "--save",
    join(folder, "save"),
    ...flags,
  ],
  {cwd: join(__dirname, ".."), stdio: "inherit"},
);
if (status !== 0) process.exit(status ?? 1);

for (const file of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
  const {nodes, samples, timeDeltas} = JSON.parse(readFileSync(join(folder, file), "utf8")) as Profile;
  const frames = new Map(nodes.map(({id, callFrame}) => [id, callFrame]));
  const own = new Map<string, number>();
  samples.forEach((id, i) => {
    const {functionName, url, lineNumber} = frames.get(id)!;
    const where = `${functionName || "(anonymous)"}  ${url.replace(/.*\/(node_modules|src)\//, "$1/")}:${lineNumber + 1}`;
    own.set(where, (own.get(where) ?? 0) + timeDeltas[i]);
  });
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  console.log(`\n${join(folder, file)}: ${(total / 1e6).toFixed(2)} s`);
  for (const [where, time] of [...own].sort((a, b) => b[1] - a[1]).slice(0, SHOWN)) {
    console.log(
      `${`${((100 * time) / total).toFixed(1)}%`.padStart(6)}  ${(time / 1e6).toFixed(2).padStart(6)} s  ${where}`,
    );
  }
}
