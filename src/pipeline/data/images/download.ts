import {createHash, randomBytes} from "node:crypto";
import {createWriteStream} from "node:fs";
import {lstat, readdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {Readable} from "node:stream";
import {finished} from "node:stream/promises";
import {promisify} from "node:util";
import {gunzip} from "node:zlib";

import {UserError} from "../../../nouns/options";
import {orUserError} from "../../../nouns/system-errors";
import type {DataProgress} from "../progress";
import {isMissing} from "./idx-directory";

/** How many times it tries again without getting a single new byte before it gives up. */
const FRUITLESS_TRIES = 3;

/**
 * Downloads a .gz file and writes it uncompressed to `file`, completely or not at all. The bytes that arrived before an
 * interruption stay in `file.gz.partial`, and the next run continues from there (RFC 9110, section 14: Range). During
 * the download, the file has a name that no other process uses, so two processes that download the same file do not mix
 * their bytes.
 *
 * @param digest SHA-256 of the uncompressed bytes.
 * @throws UserError if the server refuses, ends the transfer for good, or sends bytes with another digest.
 */
export async function* download(url: string, file: string, digest: string): AsyncGenerator<DataProgress> {
  if ((await digestOf(file)) === digest) return;
  const partial = `${file}.gz.${ownName()}.partial`;
  await takeOver(file, partial);
  try {
    yield* fetchWhole(url, partial);
    const bytes = await uncompressed(partial, url);
    const got = createHash("sha256").update(bytes).digest("hex");
    if (got !== digest) {
      await rm(partial);
      throw new UserError(`${url}: expected SHA-256 ${digest} uncompressed, got ${got}`);
    }
    const whole = `${file}.${ownName()}.partial`;
    await orUserError(file, async () => {
      await writeFile(whole, bytes, {flag: "wx"});
      await rename(whole, file);
    });
    await rm(partial);
  } finally {
    // if it is interrupted, the next run continues from here
    await rename(partial, `${file}.gz.partial`).catch(() => undefined); // there is none if everything went well
  }
}

function ownName(): string {
  return randomBytes(6).toString("hex");
}

/** After this many milliseconds without a new byte, the process that was downloading counts as ended. */
const SILENT_FOR = 60_000;

/** If an earlier run has left part of the file, and no process is working on it, gives that part the name `partial`. */
async function takeOver(file: string, partial: string): Promise<void> {
  const [folder, start] = [dirname(file), `${basename(file)}.gz.`];
  const names = (await readdir(folder)).filter((name) => name.startsWith(start) && name.endsWith(".partial"));
  for (const path of names.map((name) => join(folder, name))) {
    const state = await lstat(path).catch(() => undefined); // another process was first
    const isIdle = path === `${file}.gz.partial` || (state && Date.now() - state.mtimeMs > SILENT_FOR);
    if (!state?.isFile() || !isIdle) continue; // a link is not followed
    if (
      await rename(path, partial).then(
        () => true,
        () => false,
      )
    )
      return;
  }
}

/** Downloads until everything has arrived. */
async function* fetchWhole(url: string, partial: string): AsyncGenerator<DataProgress> {
  let fruitless = 0;
  for (;;) {
    const before = await sizeOf(partial);
    let broken: string;
    try {
      if (yield* fetchRest(url, partial, before)) break;
      broken = "an early end";
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (isDiskError(error)) await orUserError(partial, () => Promise.reject(error));
      broken =
        (error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : (error as Error).message;
    }
    fruitless = (await sizeOf(partial)) > before ? 0 : fruitless + 1;
    if (fruitless === FRUITLESS_TRIES) {
      throw new UserError(
        `${url}: expected the whole file, got ${broken} after ${await sizeOf(partial)} bytes; ` +
          "what has arrived is kept, and the next run continues from there",
      );
    }
  }
}

/** Appends what is missing to `partial`. @returns Whether the file is whole now. */
async function* fetchRest(url: string, partial: string, have: number): AsyncGenerator<DataProgress, boolean> {
  const response = await fetch(url, {
    headers: {"accept-encoding": "identity", ...(have ? {range: `bytes=${have}-`} : {})},
  });
  if (response.status === 416) return true; // there is nothing after the bytes that we have
  if (!response.ok || !response.body) throw new UserError(`${url}: expected the file, got HTTP ${response.status}`);
  const resumed = response.status === 206;
  let received = resumed ? have : 0;
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const total = received + length;
  const out = createWriteStream(partial, {flags: resumed ? "a" : "w"});
  try {
    for await (const chunk of Readable.fromWeb(response.body as import("node:stream/web").ReadableStream)) {
      if (!out.write(chunk)) await new Promise<void>((go, fail) => out.once("drain", go).once("error", fail));
      received += chunk.length;
      yield {doing: `fetching ${basename(url)}`, done: received, total};
    }
  } finally {
    out.end();
    await finished(out);
  }
  return !(received < total);
}

async function uncompressed(partial: string, url: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(await readFile(partial));
  } catch (error) {
    await rm(partial);
    throw new UserError(`${url}: expected a gzip file, got ${(error as Error).message}`);
  }
}

async function digestOf(file: string): Promise<string | undefined> {
  try {
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

function isDiskError(error: unknown): boolean {
  return ["ENOSPC", "EACCES", "EROFS", "EIO"].includes((error as NodeJS.ErrnoException).code ?? "");
}
