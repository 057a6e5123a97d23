import {existsSync} from "node:fs";
import {join} from "node:path";
import {writeWhole} from "../pipeline/record/write-whole";
import {fileMemory} from "./file-memory";
import {type Gathered, gather, type PageParts} from "./gather/index";
import {partsPacker} from "./gzip-parts";
import {hashSource, LEVEL, type Shell, shellOf} from "./shell";

const pack = partsPacker(LEVEL);
const memory = fileMemory();

/**
 * Writes `report.html` into a run's folder: one file that opens from disk and loads nothing else.
 *
 * @returns Its path.
 * @throws UserError if the folder holds no run.
 */
export async function writeReport(runFolder: string, parts: PageParts = {}): Promise<string> {
  const path = join(runFolder, "report.html");
  await writeWhole(path, await reportOf(runFolder, parts));
  return path;
}

/** The page of a run, without writing it. @throws UserError if the folder holds no run. */
export async function reportOf(runFolder: string, parts: PageParts = {}): Promise<Buffer> {
  const [shell, gathered] = await Promise.all([shellOf("report"), gather(runFolder, memory, parts)]);
  return page(shell, gathered);
}

/**
 * The page, in UTF-8. The policy allows scripts and styles only by their hash, and the page may fetch nothing; if it is
 * served live, only from its own server.
 */
export function page(shell: Shell, {file, parts}: Gathered, live = false): Buffer {
  return filled(shell, file, pack(parts), {live, vis: Boolean(file.inside)});
}

/** Makes a page from a shell, with `facts` as JSON and arrays as gzip. */
export function filled(
  {html, script, style, vis}: Shell,
  facts: object,
  packed: Buffer,
  {live = false, vis: hasVis = false}: {readonly live?: boolean; readonly vis?: boolean} = {},
): Buffer {
  const policy = [
    "default-src 'none'",
    `script-src ${[hashSource(script), vis.hash].filter(Boolean).join(" ")}`,
    // the empty style sheet is for tfjs-vis, which fills it by script
    `style-src ${hashSource(style)} ${hashSource("")}`,
    "img-src data:",
    "font-src data:",
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts: {readonly [slot: string]: string | Buffer} = {
    CSP: policy,
    CSS: style,
    JS: script,
    LIVE: live ? ' data-live="yes"' : "",
    RUN: JSON.stringify(facts).replaceAll("<", "\\u003c"), // so that no name in it can end the block
    BYTES: base64(packed),
    VIS: hasVis ? vis.packed : "",
  };
  const pieces = html.split(/@(CSP|CSS|JS|LIVE|RUN|BYTES|VIS)@/).map((piece, n) => (n % 2 ? parts[piece] : piece));
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

/**
 * Makes the bytes of base64 in parts. As one text, megabytes of it would first become a page and then be converted to
 * UTF-8.
 */
function base64(bytes: Buffer): Buffer {
  const STEP = 3 << 14; // a number of bytes; a multiple of 3 ends without "="
  const text = Buffer.allocUnsafe(4 * Math.ceil(bytes.length / 3));
  let end = 0;
  for (let at = 0; at < bytes.length; at += STEP) {
    end += text.write(bytes.toString("base64", at, at + STEP), end, "latin1");
  }
  return text;
}

/** Whether a folder is that of a run. */
export function isRun(folder: string): boolean {
  return existsSync(join(folder, "run.json"));
}
