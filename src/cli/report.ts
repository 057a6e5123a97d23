import {basename, join, relative} from "node:path";
import {pathToFileURL} from "node:url";

import {UserError} from "../nouns/options";
import {findRun} from "../pipeline/record/run-directory";
import {readRunFile} from "../pipeline/record/run-file";
import {runOptions} from "../pipeline/run/options";
import {DEMO_FILE} from "../report/demo-beside";
import {writeReport} from "../report/page";
import {pageModelNote} from "../report/page-model";
import {type Command, type Given, RUN_WORDS} from "./command";
import {declarePageFlags, pageFlagsOf} from "./page-flags";
import {openIfAsked, servedPage} from "./served";
import {complain, say, sayDocument} from "./terminal";

/** Writes the page that learns into a run's folder, with the run's data. */
async function writeDemoBeside(path: string, print: (line: string) => void): Promise<void> {
  const {options} = readRunFile(path);
  const {writeDemo}: typeof import("../page/file/write-demo") = require("../page/file/write-demo");
  const imageSize = Math.min(64, Number(options.imageSize ?? 0)); // the largest that such a page takes
  await writeDemo({out: join(path, DEMO_FILE), data: `${options.data}`, imageSize, maxSize: 10}, print);
}

/** Writes the page of a reader's run. */
async function reportReader(path: string, given: Given): Promise<number> {
  const page = pageFlagsOf(given);
  for (const [flag, isGiven] of Object.entries({serve: page.serve, "page-model": page.pageModel, demo: given.demo})) {
    if (isGiven === true) {
      throw new UserError(`--${flag}: expected the run of a classifier, got the reader ${path}`, {code: "BAD_OPTION"});
    }
  }
  const {
    writeReaderPage,
  }: typeof import("../report/reader/write-reader-page") = require("../report/reader/write-reader-page");
  const file = await writeReaderPage(path);
  if (given.pdf === true) {
    const {readerPdf}: typeof import("../pipeline/qa/pictures") = require("../pipeline/qa/pictures");
    const pdf = await readerPdf(path);
    if (given.quiet !== true && given.json !== true) say(relative(process.cwd(), pdf));
  }
  if (given.quiet !== true && given.json !== true) say(relative(process.cwd(), file));
  if (given.json === true) {
    sayDocument({schema: "epochscope/report/1", run: basename(path), path, page: file, url: pathToFileURL(file).href});
  }
  await openIfAsked(page, pathToFileURL(file).href);
  return 0;
}

/** Writes a run's report again from the files that the run kept, or serves it while the run works. */
export const reportCommand: Command = {
  command: "report [run]",
  describe: "write a run's page again from its numbers, open it, or show it live",
  help: {
    usage: "report [RUN] [flags]",
    rows: [
      ["RUN", "a name or its beginning, a folder, latest, latest~1 [latest]; also a reader's name"],
      ["--open", "open the page in the browser"],
      ["--serve", "show the page live on 127.0.0.1, until Ctrl-C"],
      ["--port N", "the port for --serve; 0: any free one"],
      ["--page-model", "put the best network into the page: you draw, it answers"],
      ["--pdf", "for a reader: also put its pictures into one PDF"],
      ["--demo", "also write demo.html, a page on which anyone trains a network, and link to it"],
      ["--save FOLDER", "the folder in which runs are kept"],
    ],
    examples: ["epochscope report latest~1 --open"],
  },
  builder(cli) {
    cli.positional("run", {type: "string", default: "latest", describe: RUN_WORDS});
    cli.option("save", {type: "string", default: "save", describe: "the folder that runs are kept in"});
    cli.option("page-model", {
      type: "boolean",
      default: false,
      describe: runOptions.pageModel.help,
      group: "Page:",
    });
    cli.option("pdf", {
      type: "boolean",
      default: false,
      describe: "for a reader's run: also put its pictures into one PDF, report.pdf",
      group: "Page:",
    });
    cli.option("demo", {
      type: "boolean",
      default: false,
      describe: "also write demo.html, to which the page links: anyone trains a network there on the run's data",
      group: "Page:",
    });
    declarePageFlags(cli, "show the page live on 127.0.0.1, until Ctrl-C");
  },
  async handler(given) {
    const page = pageFlagsOf(given);
    const {findReader}: typeof import("../pipeline/qa/find") = require("../pipeline/qa/find");
    const reader = findReader(`${given.save}`, `${given.run}`);
    if (reader !== undefined) return reportReader(reader, given);
    if (given.pdf === true) {
      throw new UserError(`--pdf: expected a reader's run, got "${given.run}"`, {code: "BAD_OPTION"});
    }
    const {path} = await findRun(`${given.save}`, `${given.run}`);
    const isJson = given.json === true;
    const print = given.quiet === true || isJson ? () => {} : say;
    const run = readRunFile(path).name;
    if (given.demo === true) await writeDemoBeside(path, print);
    if (!page.serve) {
      const file = await writeReport(path, {pageModel: page.pageModel});
      print(relative(process.cwd(), file));
      const note = page.pageModel && pageModelNote(readRunFile(path).model);
      if (note && given.quiet !== true) complain(note);
      if (isJson) sayDocument({schema: "epochscope/report/1", run, path, page: file, url: pathToFileURL(file).href});
      await openIfAsked(page, pathToFileURL(file).href);
      return 0;
    }
    const server = await servedPage(path, page, print);
    if (isJson)
      sayDocument({schema: "epochscope/report/1", run, path, page: join(path, "report.html"), url: server.url});
    await new Promise<void>((resolve) => {
      process.once("SIGINT", resolve).once("SIGTERM", resolve);
    });
    await server.close();
    return 0;
  },
};
