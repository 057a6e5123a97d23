/**
 * @file Measures how well the plain defaults learn a small set from elsewhere: scikit-learn's 1,797 digits of 8 x 8
 * pixels. `npm run bench -- sklearn-digits [--seeds 0,1,2]`; `PYTHON` names a Python with scikit-learn and Pillow,
 * whose own classifiers learn from the same split.
 */
import {execFileSync, spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";

const {values} = parseArgs({options: {seeds: {type: "string", default: "0,1,2"}}});
const folder = mkdtempSync(join(tmpdir(), "epochscope-sklearn-digits-"));
try {
  const script = join(__dirname, "peers", "sklearn_digits.py");
  const python = process.env.PYTHON ?? "python3";
  const peer = JSON.parse(`${execFileSync(python, [script, join(folder, "pictures")])}`);
  console.log(`${peer.train} pictures to learn from, ${peer.test} to test`);
  for (const name of ["svm", "logistic"]) {
    const {accuracy, seconds} = peer[name];
    console.log(`scikit-learn, ${name}: ${(100 * accuracy).toFixed(2)} % in ${seconds.toFixed(2)} s`);
  }
  for (const seed of values.seeds.split(",")) {
    const flags = [
      "--data",
      join(folder, "pictures"),
      "--save",
      folder,
      "--name",
      `seed-${seed}`,
      "--seed",
      seed,
      "--quiet",
    ];
    const start = performance.now();
    const {status} = spawnSync("npx", ["ts-node", "runner.ts", ...flags], {
      cwd: join(__dirname, ".."),
      stdio: "inherit",
    });
    if (status !== 0) throw new Error(`run of seed ${seed}: expected exit code 0, got ${status}`);
    const best = JSON.parse(readFileSync(join(folder, `seed-${seed}`, "model", "best.json"), "utf8"));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `epochscope, seed ${seed}: ${(100 * best.testAccuracy).toFixed(2)} % in ${seconds} s, probes and page included`,
    );
  }
} finally {
  rmSync(folder, {recursive: true, force: true});
}
