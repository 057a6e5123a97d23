/**
 * @file Measures a long run: seconds and megabytes for each epoch, in the course of 1,000 epochs on 220 small images
 * with all probes: `npm run bench -- growth [EPOCHS]`. It ends with an error if the page or the folder becomes larger
 * than is promised.
 */
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {drive} from "../src/cli/run";
import {resolveOptions} from "../src/nouns/options";
import {runOptions} from "../src/pipeline/run/options";
import type {EpochMetrics} from "../src/pipeline/types";
import {median} from "./statistics";

const EPOCHS = Number(process.argv[2] ?? 1000);
const BLOCK = EPOCHS / 10;
/** The size in megabytes. */
const MOST = {page: 20, disk: 500};

/** Grey pictures of 12 × 12 pixels, ten classes told apart by a bright row. */
function writeImages(folder: string): void {
  mkdirSync(folder);
  for (const [name, count] of [
    ["train", 240],
    ["t10k", 60],
  ] as const) {
    const pixels = new Uint8Array(count * 144);
    for (let i = 0; i < count; i++) {
      for (let x = 0; x < 12; x++) pixels[i * 144 + (1 + (i % 10)) * 12 + x] = 150 + ((i * 7 + x * 13) % 100);
    }
    const head = (...words: number[]) =>
      Buffer.concat(words.map((word) => Buffer.from(Uint32Array.of(word).buffer).swap32()));
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), Buffer.concat([head(0x803, count, 12, 12), pixels]));
    const labels = Uint8Array.from({length: count}, (_, i) => i % 10);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), Buffer.concat([head(0x801, count), labels]));
  }
}

/** The megabytes on the disk, in whole blocks. */
function megabytes(folder: string): number {
  const files = readdirSync(folder, {recursive: true, withFileTypes: true});
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).blocks * 512, 0) / 1e6;
}

/** The processor time in seconds that this process has taken. */
function processorTime(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Records once a second how many epochs a run has, and how much time they have taken. @returns A function that returns
 * the records.
 */
function followed(metricsFile: string) {
  const notes = [{epochs: 0, seconds: processorTime()}];
  const note = () => {
    if (!existsSync(metricsFile)) return;
    const epochs = readFileSync(metricsFile, "utf8").split("\n").length - 2; // without the untrained network
    if (epochs > notes[notes.length - 1].epochs) notes.push({epochs, seconds: processorTime()});
  };
  const timer = setInterval(note, 1000);
  return () => {
    clearInterval(timer);
    note();
    return notes;
  };
}

/** The processor time at which a run had this many epochs, interpolated between the records before and after. */
function timeAt(notes: ReturnType<ReturnType<typeof followed>>, epochs: number): number {
  const after = Math.max(
    1,
    notes.findIndex((note) => note.epochs >= epochs),
  );
  const [a, b] = [notes[after - 1], notes[after]];
  return a.seconds + ((epochs - a.epochs) / (b.epochs - a.epochs)) * (b.seconds - a.seconds);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "epochscope-growth-"));
  try {
    writeImages(join(folder, "data"));
    const save = join(folder, "save");
    const given = {data: join(folder, "data"), epochs: EPOCHS, save, name: "run"};
    const begun = processorTime();
    const notesOf = followed(join(save, "run", "metrics.jsonl"));
    const code = await drive(resolveOptions(runOptions, given, "--"), {}, {quiet: true});
    const notes = notesOf();
    const seconds = processorTime() - begun;
    const lines = readFileSync(join(save, "run", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const metrics = lines.map((line) => JSON.parse(line) as EpochMetrics).slice(1);
    console.log("| epochs | training, s | looking, s (medians) | processor time an epoch, s |\n|---|--:|--:|--:|");
    for (let first = 0; first < EPOCHS; first += BLOCK) {
      const block = metrics.slice(first, first + BLOCK).map(({seconds}) => seconds);
      const looking = median(block.map(({evaluate, probes}) => evaluate + probes));
      const training = median(block.map(({train}) => train));
      const taken = (timeAt(notes, first + BLOCK) - timeAt(notes, first)) / BLOCK;
      const cells = [training, looking, taken].map((value) => value.toFixed(3));
      console.log(`| ${first + 1}–${first + BLOCK} | ${cells.join(" | ")} |`);
    }
    const page = statSync(join(save, "run", "report.html")).size / 1e6;
    const disk = megabytes(save);
    console.log(
      `\n${EPOCHS} epochs, exit code ${code}: page ${page.toFixed(1)} MB, disk ${disk.toFixed(0)} MB, ${seconds.toFixed(0)} s of processor time`,
    );
    if (code !== 0 || page > MOST.page || disk > MOST.disk)
      throw new Error(`growth: expected at most ${MOST.page} and ${MOST.disk} MB`);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

main().then(
  () => process.exit(0), // the side thread waits for questions
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
