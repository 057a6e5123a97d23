import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {gzipSync} from "node:zlib";
import {build} from "esbuild";
import {writeWhole} from "../pipeline/record/write-whole";
import {fileMemory} from "./file-memory";
import {type Gathered, gather} from "./gather/index";
import {partsPacker} from "./gzip-parts";

const UMD = "dist/tfjs-vis.umd.min.js";
const CLIENT = join(__dirname, "client");
/** Of gzip's 1 to 9: the page is written after every epoch; 6 takes half as long again for 2 % less. */
const LEVEL = 4;

const pack = partsPacker(LEVEL);
const memory = fileMemory();

/** The page's own code and looks, which no run changes. */
interface Shell {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  /** tfjs-vis, which the page runs when it is asked to: its text's hash, and the text packed. */
  readonly vis: {readonly hash: string; readonly packed: string};
}

/**
 * Writes `report.html` into a run's folder: one file that opens from disk, and asks for nothing else.
 *
 * @returns Its path.
 * @throws UserError if the folder holds no run.
 */
export async function writeReport(runFolder: string): Promise<string> {
  const [shell, gathered] = await Promise.all([bundle(), gather(runFolder, memory)]);
  const path = join(runFolder, "report.html");
  await writeWhole(path, page(shell, gathered));
  return path;
}

let bundled: Promise<Shell> | undefined;
/** Bundles the browser code. Once a process: a run writes its report after every epoch. */
export function bundle(): Promise<Shell> {
  bundled ??= bundleClient();
  return bundled;
}

async function bundleClient(): Promise<Shell> {
  const common = {
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    logLevel: "silent",
    absWorkingDir: CLIENT,
  } as const;
  const [script, style] = await Promise.all([
    build({...common, entryPoints: [join(CLIENT, "main.ts")], format: "iife", target: ["es2022"]}),
    build({...common, entryPoints: [join(CLIENT, "looks.css")], external: ["FIGTREE"]}),
  ]);
  // read as a file: in Node its entry asks for parts of tfjs-core that are not there
  const vis = readFileSync(join(dirname(require.resolve("@tensorflow/tfjs-vis/package.json")), UMD), "utf8");
  const font = require.resolve("@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2");
  return {
    html: readFileSync(join(CLIENT, "index.html"), "utf8"),
    script: script.outputFiles[0].text.trim().replaceAll("</script", "<\\/script"),
    style: style.outputFiles[0].text.trim().replace("FIGTREE", dataUrl("font/woff2", readFileSync(font))),
    vis: {hash: hash(vis.trim()), packed: gzipSync(vis.trim(), {level: LEVEL}).toString("base64")},
  };
}

const dataUrl = (type: string, bytes: Buffer) => `data:${type};base64,${bytes.toString("base64")}`;
const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * The page, in UTF-8. Scripts and styles run by their hash alone, and nothing may be fetched; where it is served live,
 * from its own server only.
 */
export function page({html, script, style, vis}: Shell, {file, parts: arrays}: Gathered, live = false): Buffer {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)} ${vis.hash}`,
    // the empty sheet is tfjs-vis', which it fills by script
    `style-src ${hash(style)} ${hash("")}`,
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
    RUN: JSON.stringify(file).replaceAll("<", "\\u003c"), // so that no name in it can end the block
    BYTES: base64(pack(arrays)),
    VIS: file.inside ? vis.packed : "",
  };
  const pieces = html.split(/@(CSP|CSS|JS|LIVE|RUN|BYTES|VIS)@/).map((piece, n) => (n % 2 ? parts[piece] : piece));
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

/** Base64 as bytes, some at a time: as one text, megabytes of it would be made into a page and that into UTF-8. */
function base64(bytes: Buffer): Buffer {
  const STEP = 3 << 14; // of bytes; a multiple of 3 ends without "="
  const text = Buffer.allocUnsafe(4 * Math.ceil(bytes.length / 3));
  let end = 0;
  for (let at = 0; at < bytes.length; at += STEP) {
    end += text.write(bytes.toString("base64", at, at + STEP), end, "latin1");
  }
  return text;
}

/** Whether a folder is a run's. */
export function isRun(folder: string): boolean {
  return existsSync(join(folder, "run.json"));
}
