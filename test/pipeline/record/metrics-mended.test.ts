import {appendFileSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const QUICK = {model: "exigo" as const, epochs: 2, probes: "none", projector: 0, threads: 1, batchSize: 16};

test("what was never finished at the end of metrics.jsonl is gone when the run is resumed, and no line else changes", async () => {
  const asked = {...QUICK, data: idxFolder(), save: temporaryFolder(), name: "r"};
  await runAll(asked, {});
  const path = join(asked.save, "r");
  const file = join(path, "metrics.jsonl");
  const whole = readFileSync(file, "utf8");
  const goOn = () => runAll(asked, {}, {resume: openRunDirectory(path)});
  appendFileSync(file, whole.slice(0, 50));
  await goOn();
  expect(readFileSync(file, "utf8")).toBe(whole);
  writeFileSync(file, whole.split("\n").join("\n\n"));
  await goOn();
  expect(readFileSync(file, "utf8")).toBe(whole);
  await goOn();
  expect(readFileSync(file, "utf8")).toBe(whole);
});
