import {dirname, join} from "node:path";

import type {Dataset} from "../../nouns/samples";
import {openData} from "../../pipeline/data/index";
import {writeWhole} from "../../pipeline/record/write-whole";
import type {Lesson} from "../lesson";
import {materialFrom} from "./material";
import {pageFile} from "./page-file";
import {demoShell} from "./shell";

export interface DemoSettings {
  readonly out: string;
  /** "mnist" or a folder. */
  readonly data: string;
  readonly imageSize: number;
  /** MB that the pictures may take. */
  readonly maxSize: number;
}

/**
 * Writes the page that learns.
 *
 * @param say Called with a line about what is left out.
 * @throws UserError if a page cannot teach these data.
 */
export async function writeDemo(
  {out, data, imageSize, maxSize}: DemoSettings,
  say: (line: string) => void,
): Promise<{readonly lesson: Lesson; readonly bytes: number}> {
  const opened = await dataOf(data, imageSize, out, say);
  const {material, notes} = await materialFrom(opened, maxSize * 1e6);
  for (const note of notes) say(note);
  const page = pageFile(await demoShell(), material);
  await writeWhole(out, page);
  return {lesson: material.lesson, bytes: Buffer.byteLength(page)};
}

/** Opens the data as a run with seed 0 does. */
async function dataOf(data: string, imageSize: number, out: string, say: (line: string) => void): Promise<Dataset> {
  const all = {trainLimit: Infinity, testLimit: Infinity, seed: 0};
  const opening = openData({data, imageSize, dataUrl: "", ...all, cacheFolder: join(dirname(out), "data")});
  for (;;) {
    const step = await opening.next();
    if (step.done) return step.value;
    if ("note" in step.value) say(step.value.note);
  }
}
