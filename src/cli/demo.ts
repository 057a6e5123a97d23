import {resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {type OptionTable, positiveNumber, resolveOptions, UserError, wholeNumber} from "../nouns/options";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {checkThere} from "./named-path";
import {openIfAsked} from "./served";
import {say, sayDocument} from "./terminal";

interface DemoOptions {
  readonly out: string;
  readonly data: string;
  readonly imageSize: number;
  readonly maxSize: number;
  readonly open: boolean;
}

const demoFlags: OptionTable<DemoOptions> = {
  out: {default: "demo.html", help: "the file to write; an older one is overwritten"},
  data: {
    default: "mnist",
    help: "mnist, or a folder of your own pictures, one folder for each class",
    check: (value) => (value === "" ? "mnist or a folder" : undefined),
  },
  imageSize: {
    default: 0,
    help: "with a folder: the side of a picture in pixels, 10 to 64; 0: unchanged if the pictures are small",
    check: (value) => (value === 0 || (value >= 10 && value <= 64) ? wholeNumber(value) : "0, or 10 to 64"),
  },
  maxSize: {default: 10, help: "how many MB the pictures may take in the page", check: positiveNumber},
  open: {default: false, help: "open the page in the browser"},
};

/** Writes the page that learns: a visitor trains a network in their browser, draws, and sees why it answers as it does. */
export const demoCommand: Command = {
  command: "demo",
  describe: "write the page that learns: anyone trains a network in their browser and draws",
  help: {
    usage: "demo [flags]",
    rows: [
      ["--out FILE", "the file to write; an older one is overwritten"],
      ["--data FOLDER", "your own pictures, a folder for each of 2 to 10 classes"],
      ["--image-size N", "the side of these pictures in pixels, 10 to 64; 0: unchanged if they are small"],
      ["--max-size MB", "what the pictures may take in the page"],
      ["--open", "open the page in the browser"],
    ],
    examples: ["epochscope demo --open", "epochscope demo --data photos --out photos.html"],
    note: "The page is one file, which opens from disk and loads nothing more (docs/demo.md).",
  },
  builder(cli) {
    declareFlags(cli, demoFlags, "", "Demo:");
  },
  async handler(given) {
    const {open, ...options} = resolveOptions(demoFlags, givenOf(given, demoFlags, ""), "--");
    const {out, data} = options;
    if (!/\.html?$/i.test(out)) throw new UserError(`--out: expected a file that ends in .html, got "${out}"`);
    if (data !== "mnist") checkThere(data, "a folder of pictures for each class");
    const isJson = given.json === true;
    const print = given.quiet === true || isJson ? () => {} : say;
    const notes: string[] = [];
    const note = (line: string) => {
      notes.push(line);
      print(line);
    };
    // loaded only for this command, so that a run need not wait for it
    const {writeDemo}: typeof import("../page/file/write-demo") = require("../page/file/write-demo");
    const {lesson, bytes} = await writeDemo(options, note);
    const count = (n: number) => n.toLocaleString("en");
    const [height, width] = lesson.shape;
    const kind = `${lesson.words.many} of ${height} x ${width} pixels`;
    const parts = `${count(lesson.train)} ${kind} to learn from, ${count(lesson.test)} to test`;
    print(`${parts}; ${(bytes / 1e6).toFixed(2)} MB`);
    print(`page  ${out}`);
    const {train, test, shape, classNames} = lesson;
    if (isJson) sayDocument({schema: "epochscope/demo/1", page: out, bytes, train, test, shape, classNames, notes});
    await openIfAsked({open}, pathToFileURL(resolve(out)).href);
    return 0;
  },
};
