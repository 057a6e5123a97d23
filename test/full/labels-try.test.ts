import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {meanAndDeviation, welchInterval} from "../../src/numbers/intervals";
import {readEdits} from "../../src/pipeline/data/edits";
import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {faultsOf} from "../support/schemas";

const save = join(temporaryFolder(), "save");
const labels = (...words: string[]) => command(["labels", ...words, "--save", save]);

describe("labels try", () => {
  beforeAll(async () => {
    const small = ["--data", idxFolder(), "--epochs", "2", "--probes", "confusion", "--projector", "0"];
    expect((await command([...small, "--name", "r", "--save", save, "--quiet"])).code).toBe(0);
  });

  test("--drop N trains three seeds without the first N suspects and three with them, and tells gain from chance", async () => {
    const {code, stdout, stderr} = await labels("try", "r", "--drop", "20", "--json");
    expect(code, stderr).toBe(0);
    const tried = JSON.parse(stdout);
    expect(faultsOf(tried)).toEqual([]);
    expect(tried).toMatchObject({from: "r", run: "r-edited", dropped: 20, relabelled: 0, gain: {seeds: 3}});
    const runs = readdirSync(save).filter((name) => existsSync(join(save, name, "run.json")) && name !== "latest");
    const edited = ["r-edited", "r-edited-seed-1", "r-edited-seed-2"];
    expect(runs.sort()).toEqual(["r", ...edited, "r-seed-1", "r-seed-2"]);
    // the list is that of the suspects, the worst first
    const {edits} = await readEdits(tried.edit);
    const ranked = JSON.parse((await labels("suspects", "r", "--json", "--top", "20", "--evidence", "none")).stdout);
    expect(edits.map(({source, decision}) => [source, decision])).toEqual(
      ranked.rows.map(({sourceIndex}: {sourceIndex: number}) => [sourceIndex, "drop"]),
    );
    // the gain and its interval are those of the runs' own best epochs
    const best = (name: string) => {
      const lines = readFileSync(join(save, name, "metrics.jsonl"), "utf8")
        .trim()
        .split("\n");
      const metrics = lines.map((line) => JSON.parse(line) as {validationLoss: number; testAccuracy: number});
      return metrics.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a)).testAccuracy;
    };
    const [was, is] = [["r", "r-seed-1", "r-seed-2"], edited].map((names) => names.map(best));
    const {before, after, difference, interval95} = tried.gain;
    expect([before, after]).toBeAllClose([meanAndDeviation(was).mean, meanAndDeviation(is).mean], {atol: 1e-12});
    expect(difference).toBeCloseTo(after - before, 12);
    expect(interval95 ?? []).toBeAllClose(welchInterval(was, is) ?? [], {atol: 1e-9});
  }, 120_000);

  test("again, it trains nothing that is there, and its verdict is an exit code", async () => {
    const again = ["try", "r", "--drop", "20"];
    const {code, stdout, stderr} = await labels(...again);
    expect(code).toBe(0);
    expect(stderr.match(/is there already/g)).toHaveLength(3);
    expect(stdout).toMatch(
      /gain {2}.*points.* on average over 3 seeds: [\d.]+.% without the decisions, [\d.]+.% with them/,
    );
    const {gain} = JSON.parse((await labels(...again, "--json")).stdout);
    const limit = `${Math.max(0, -gain.difference)}`;
    expect((await labels(...again, "--quiet", "--fail-under", limit)).code).toBe(0);
    if (gain.difference < 0) expect((await labels(...again, "--quiet", "--fail-under", "0")).code).toBe(3);
  }, 60_000);

  test("--relabel N gives the first N the class that each looks like; another list makes another run", async () => {
    const {stdout, code} = await labels("try", "r", "--relabel", "5", "--seeds", "1");
    expect(code).toBe(0);
    expect(stdout).toMatch(/changed with the decisions about those 5 images/);
    const facts = JSON.parse(readFileSync(join(save, "r-edited-2", "run.json"), "utf8"));
    expect(facts.data.edits).toEqual({dropped: 0, relabelled: 5});
    expect(readFileSync(join(save, "r", "suspects-relabel-5.csv"), "utf8").match(/,relabel,/g)).toHaveLength(5);
  }, 60_000);

  test("refuses two lists, too many images and a taken name in one line, and trains nothing", async () => {
    const list = join(save, "list.csv");
    writeFileSync(list, "split,index,source_index,given_label,decision\ntrain,0,7,7,drop\n");
    const refused = async (code: number, words: readonly string[], line: RegExp) => {
      const got = await labels("try", "r", ...words);
      expect(got.stderr).toMatch(line);
      expect(got.stderr.trim().split("\n")).toHaveLength(1);
      expect([got.code, got.stdout]).toEqual([code, ""]);
    };
    await refused(2, ["--drop", "1", "--relabel", "1"], /--edit: expected the list .*, got 2 of them/);
    await refused(2, ["--edit", list, "--drop", "1"], /got 2 of them/);
    await refused(2, ["--edit", join(save, "gone.csv")], /gone\.csv: expected a CSV file, got nothing there/);
    await refused(2, ["--drop", "9999"], /--drop: expected at most the run's 220 training images, got 9999/);
    await refused(2, ["--seeds", "0", "--drop", "1"], /--seeds: expected a whole number from 1 to 100, got 0/);
    await refused(2, ["--drop", "3", "--name", "r-edited", "--seeds", "1"], /r-edited/);
  }, 60_000);
});
