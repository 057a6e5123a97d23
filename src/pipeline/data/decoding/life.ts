/**
 * @file Everything that a decoding thread does: it gets some pictures, returns their bytes, and gets the next ones.
 * pool.ts starts it.
 */
import {closeSync, constants, fstatSync, openSync, readSync} from "node:fs";
import {type MessagePort, parentPort} from "node:worker_threads";

import {UserError} from "../../../nouns/options";
import {inOneLine} from "../../../nouns/system-errors";
import {sizeOfImage} from "../images/image-file";
import {readWhole} from "../read-file";
import {pictureBytes} from "./picture-bytes";
import type {DecodedPictures, DecodingAnswer, DecodingQuestion, DecodingResult} from "./questions";

const port = parentPort as MessagePort;
/** The most bytes that a picture's file may have for each of its pixels. */
const BYTES_A_PIXEL = 8;
/** The largest file that is read at once, in bytes. */
const SMALL = 2 ** 20;

let turn = Promise.resolve();
port.on("message", ({id, question}: {readonly id: number; readonly question: DecodingQuestion}) => {
  turn = turn.then(async () => {
    try {
      const result = await answered(question);
      const moved = "pictures" in result ? [result.contents, result.pictures].map(({buffer}) => buffer) : [];
      port.postMessage({id, result} satisfies DecodingAnswer, moved as ArrayBuffer[]);
    } catch (error) {
      const code = error instanceof UserError ? error.code : undefined;
      const failure = {message: inOneLine(error), isUsers: error instanceof UserError, ...(code ? {code} : {})};
      port.postMessage({id, failure} satisfies DecodingAnswer);
    }
  });
});

async function answered(question: DecodingQuestion): Promise<DecodingResult> {
  const {paths} = question;
  if (question.doing === "size") {
    const sizes = [];
    for (const path of paths) sizes.push(sizeOfImage(await contentOf(path), path));
    return {sizes};
  }
  const {shape, maxPixels} = question;
  const [contents, pictures]: [Uint8Array[], Uint8Array[]] = [[], []];
  for (const path of paths) {
    const content = await contentOf(path, BYTES_A_PIXEL * maxPixels);
    contents.push(content);
    pictures.push((await pictureBytes(content, path, shape, {maxPixels})).bytes);
  }
  const [files, rows] = [joined(contents), joined(pictures)];
  const ends = {contentEnds: files.ends, pictureEnds: rows.ends};
  return {contents: files.bytes, pictures: rows.bytes, ...ends} satisfies DecodedPictures;
}

/**
 * A file's bytes. A small file is read synchronously, in a fifth of the time that a promise for each step would take;
 * nobody waits for this thread meanwhile. For anything that is not such a file, `readWhole` makes the error.
 */
async function contentOf(path: string, most?: number): Promise<Uint8Array> {
  const bytes = smallFile(path);
  return bytes && bytes.length <= (most ?? SMALL) ? bytes : readWhole(path, most === undefined ? {} : {most});
}

function smallFile(path: string): Uint8Array | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // a pipe would wait for its writer
    const state = fstatSync(file);
    if (!state.isFile() || state.size > SMALL) return undefined;
    const bytes = Buffer.allocUnsafeSlow(state.size);
    return readSync(file, bytes, 0, state.size, 0) === state.size ? bytes : undefined;
  } catch {
    return undefined; // `readWhole` makes the error
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function joined(parts: readonly Uint8Array[]): {readonly bytes: Uint8Array; readonly ends: number[]} {
  const ends: number[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length;
    ends.push(length);
  }
  const bytes = new Uint8Array(length);
  for (const [n, part] of parts.entries()) bytes.set(part, ends[n] - part.length);
  return {bytes, ends};
}
