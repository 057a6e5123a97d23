import {execFileSync} from "node:child_process";
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {findRun, openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {RUN_FORMAT, readRunFile, runFileText} from "../../../src/pipeline/record/run-file";
import {openSavedRun} from "../../../src/pipeline/record/saved-run";
import {gather} from "../../../src/report/gather/index";
import {serveReport} from "../../../src/report/serve";
import {command} from "../../support/command";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {runAll} from "../../support/small-run";

const QUICK = {model: "exigo" as const, epochs: 1, probes: "confusion", projector: 5, threads: 1, batchSize: 16};

let made: string;
const data = idxFolder();
beforeAll(async () => {
  made = temporaryFolder();
  await runAll({...QUICK, data, save: made, name: "r"}, {});
});

/** A copy of the run in a folder of its own, with links out of it; and what they lead to. */
function strangeRun(spoil: (run: string, outside: string) => void) {
  const save = temporaryFolder();
  const outside = temporaryFolder();
  cpSync(made, save, {recursive: true, verbatimSymlinks: true});
  rmSync(join(save, "latest"));
  mkdirSync(join(outside, "folder"));
  writeFileSync(join(outside, "secret.json"), '{"secret":"of the user"}');
  writeFileSync(join(outside, "folder", "map-epoch-001.png"), "a picture of the user's");
  spoil(join(save, "r"), outside);
  return {save, run: join(save, "r"), outside, before: contentOf(outside)};
}

const contentOf = (folder: string) =>
  readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "utf8")]);

function leadsTo(run: string, name: string, target: string): void {
  rmSync(join(run, name), {recursive: true, force: true});
  symlinkSync(target, join(run, name));
}

const links: readonly (readonly [name: string, spoil: (run: string, outside: string) => void, where: RegExp])[] = [
  ["an artifact", (run, out) => leadsTo(run, "data/test.json", join(out, "secret.json")), /data\/test\.json/],
  [
    "an artifact's numbers",
    (run, out) => leadsTo(run, "data/test-images.npy", join(out, "secret.json")),
    /images\.npy/,
  ],
  ["the folder of artifacts", (run, out) => leadsTo(run, "artifacts", join(out, "folder")), /artifacts/],
  ["the answers", (run, out) => leadsTo(run, "predictions", join(out, "folder")), /predictions/],
  ["the folder of data", (run, out) => leadsTo(run, "data", join(out, "folder")), /data/],
  ["a probe's folder", (run, out) => leadsTo(run, "artifacts/confusion", join(out, "folder")), /artifacts\/confusion/],
  ["the folder of pictures", (run, out) => leadsTo(run, "plots", join(out, "folder")), /plots/],
  ["one more folder of pictures", (run, out) => leadsTo(run, "plots/mine", join(out, "folder")), /plots\/mine/],
  ["the page", (run, out) => leadsTo(run, "report.html", join(out, "secret.json")), /report\.html/],
  ["run.json", (run, out) => leadsTo(run, "run.json", join(out, "secret.json")), /run\.json/],
  ["the metrics", (run, out) => leadsTo(run, "metrics.jsonl", join(out, "secret.json")), /metrics\.jsonl/],
  ["the model", (run, out) => leadsTo(run, "model", join(out, "folder")), /model/],
  ["the model's weights", (run) => leadsTo(run, "model/weights.bin", "/dev/zero"), /weights\.bin/],
  ["the folder of checkpoints", (run, out) => leadsTo(run, "checkpoint", join(out, "folder")), /checkpoint/],
  ["a checkpoint", (run, out) => leadsTo(run, "checkpoint/state.json", join(out, "secret.json")), /state\.json/],
  ["a lock", (run, out) => symlinkSync(join(out, "secret.json"), join(run, "running-1-0-x-0.lock")), /running-1/],
  ["a way through another folder", (run) => leadsTo(run, "plots/confusion", "../../../"), /plots\/confusion/],
  [
    "a way that leads nowhere yet",
    (run, out) => symlinkSync(join(out, "new"), join(run, "suspects.csv.partial")),
    /suspects/,
  ],
  ["a link to the run itself", (run) => symlinkSync(".", join(run, "artifacts", "again")), /again/],
];

const refusal = (where: RegExp) =>
  new RegExp(`${where.source}\\S*: expected a file or a folder of the run's own, got a link$`);

describe("a stranger's run whose files are links", () => {
  test.each(links)(
    "%s: refused by its name wherever the run is opened, and nothing outside is touched",
    async (_, spoil, where) => {
      const {save, run, outside, before} = strangeRun(spoil);
      const message = refusal(where);
      await expect(findRun(save, "r")).rejects.toThrow(message);
      await expect(openSavedRun(run)).rejects.toThrow(message);
      await expect(serveReport(run)).rejects.toThrow(message);
      const options = {...readRunFile(join(made, "r")).options, epochs: 2, save};
      await expect(runAll(options, {}, {resume: openRunDirectory(run)})).rejects.toThrow(message);
      expect(contentOf(outside)).toEqual(before);
      expect(existsSync(join(outside, "new"))).toBe(false);
    },
  );

  test.each([
    ["report", "r"],
    ["report", "r", "--serve"],
    ["resume", "r"],
    ["labels", "suspects", "r"],
    ["compare", "r", "r@1"],
    ["explain", "test:0", "--model", "r"],
    ["--from", "r", "--epochs", "2"],
  ])("`%s %s %s %s %s` ends with one line on the link", async (...words) => {
    const {save, outside, before} = strangeRun((run, out) => leadsTo(run, "plots", join(out, "folder")));
    const {code, stderr} = await command([...words.filter(Boolean), "--save", save]);
    expect(stderr).toMatch(/^error: \S+plots: expected a file or a folder of the run's own, got a link\n$/);
    expect(code).toBe(1);
    expect(contentOf(outside)).toEqual(before);
  });

  test.runIf(process.platform !== "win32")("a pipe in place of run.json is waited for by nobody", async () => {
    const {save} = strangeRun((run) => {
      rmSync(join(run, "run.json"));
      execFileSync("mkfifo", [join(run, "run.json")]);
    });
    await expect(findRun(save, "r")).rejects.toThrow(/run\.json: expected a file .*, got something else$/);
    await expect(findRun(save, "latest")).rejects.toThrow(/expected the name of one in/);
  });

  test("an address in a stranger's run.json is not taken over by a run that begins with its options", async () => {
    const {save, run} = strangeRun((folder) => {
      const facts = readRunFile(folder);
      const options = {...facts.options, dataUrl: "http://127.0.0.1:1/"};
      writeFileSync(join(folder, "run.json"), runFileText({...facts, format: RUN_FORMAT, options}));
    });
    expect(readRunFile(run).options.dataUrl).toBe("http://127.0.0.1:1/");
    const {code, stderr} = await command(["--from", "r", "--name", "again", "--save", save, "--quiet"]);
    expect({code, stderr}).toEqual({code: 0, stderr: ""});
    expect(readRunFile(join(save, "again")).options.dataUrl).toBe("");
  });

  test.each([
    ["resume", "r"],
    ["--from", "r", "--epochs", "2"],
  ])("`%s %s`: code in a stranger's run is not run", async (...words) => {
    const marker = join(temporaryFolder(), "ran");
    const {save, run} = strangeRun((folder) => {
      const facts = readRunFile(folder);
      writeFileSync(join(folder, "net.cjs"), `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");`);
      const options = {...facts.options, model: join(folder, "net.cjs")};
      writeFileSync(join(folder, "run.json"), runFileText({...facts, format: RUN_FORMAT, options}));
    });
    const {code, stderr} = await command([...words, "--save", save]);
    expect(stderr).toBe(
      `error: ${join(run, "run.json")}: --model: expected a file outside the run's folder, which holds no code of its own, got ${join(run, "net.cjs")}\n`,
    );
    expect(code).toBe(1);
    expect(existsSync(marker)).toBe(false);
  });

  test("a shape in run.json that its pictures do not have is refused before anything is reckoned from it", async () => {
    const {run} = strangeRun((folder) => {
      const facts = readRunFile(folder);
      const data = {...facts.data, imageShape: [100_000, 100_000, 3]};
      writeFileSync(join(folder, "run.json"), runFileText({...facts, format: RUN_FORMAT, data}));
    });
    await expect(gather(run)).rejects.toThrow(
      /test\.json: expected \d{12,} pixels and \d+ labels, as run\.json says, got \d+ pixels and \d+ labels$/,
    );
  });

  test("logs beside the run that lead elsewhere are not written to", async () => {
    const {save, run, outside, before} = strangeRun((_, out) => mkdirSync(join(out, "logs")));
    rmSync(join(save, "logs", "r"), {recursive: true});
    symlinkSync(join(outside, "logs"), join(save, "logs", "r"));
    const options = {...readRunFile(run).options, epochs: 2, save};
    await expect(runAll(options, {}, {resume: openRunDirectory(run)})).rejects.toThrow(refusal(/logs\/r/));
    expect(contentOf(outside)).toEqual(before);
  });

  test("links of the user's own are followed: to the run, and to the folder of runs", async () => {
    const {save, run} = strangeRun(() => {});
    const other = temporaryFolder();
    symlinkSync(run, join(other, "mine"));
    symlinkSync(save, join(other, "saved"));
    mkdirSync(join(run, "notes"));
    symlinkSync("/", join(run, "notes", "a link of theirs in a folder that no run makes"));
    expect((await findRun(other, "mine")).path).toBe((await findRun(join(other, "saved"), "r")).path);
  });
});
