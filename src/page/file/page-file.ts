import {createHash} from "node:crypto";
import {gzipSync} from "node:zlib";

import {hashSource} from "../../report/shell";
import type {Material} from "../lesson";
import type {DemoShell} from "./shell";

/** The pictures' bytes: all pixels, then all labels. */
export const bytesOf = ({pixels, labels}: Material): Buffer => Buffer.concat([pixels, labels]);

/** A page's identity: a hash of everything in it, before compression. */
export function pageId(shell: DemoShell, material: Material): string {
  const hash = createHash("sha256");
  for (const part of Object.values(shell)) hash.update(part);
  return hash.update(JSON.stringify(material.lesson)).update(bytesOf(material)).digest("hex").slice(0, 16);
}

/**
 * The page that learns, as one file that opens from disk. Scripts and styles run by their hash alone; nothing can be fetched.
 */
export function pageFile(shell: DemoShell, material: Material): string {
  const {lesson} = material;
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(shell.script)} 'wasm-unsafe-eval'`,
    `style-src ${hashSource(shell.style)}`,
    "worker-src blob:",
    ...["font-src data:", "img-src data:", "base-uri 'none'", "form-action 'none'"],
  ].join("; ");
  const parts: {readonly [slot: string]: string} = {
    ...{CSP: policy, ID: pageId(shell, material), CSS: shell.style, JS: shell.script},
    ...{ONE: lesson.words.one, MANY: lesson.words.many},
    HINT: lesson.shape[2] === 1 ? "Draw your own here" : "Drop your own here",
    LESSON: JSON.stringify(lesson).replaceAll("<", "\\u003c"), // so that no name in it can end the block
    WORKER: packed(Buffer.from(shell.worker)),
    ENGINE: packed(Buffer.from(shell.engine, "base64")),
    TSNE: packed(Buffer.from(shell.tsne, "base64")),
    PICTURES: packed(bytesOf(material)),
  };
  const pieces = shell.html.split(/@(CSP|ID|CSS|JS|ONE|MANY|HINT|LESSON|WORKER|ENGINE|TSNE|PICTURES)@/);
  return pieces.map((piece, i) => (i % 2 ? parts[piece] : piece)).join("");
}

const packed = (bytes: Uint8Array): string => gzipSync(bytes, {level: 9}).toString("base64");
