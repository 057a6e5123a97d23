import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {type OptionTable, resolveOptions} from "../nouns/options";
import {recallNote, trustNote} from "../pipeline/maps/map-notes";
import {type ProjectFile, projectOptions} from "../pipeline/project-options";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {checkThere} from "./named-path";
import {isQueue} from "./queue-of";
import {openIfAsked} from "./served";
import {STORE} from "./store-of";
import {say, sayDocument} from "./terminal";

interface MapFlags extends ProjectFile {
  readonly open: boolean;
  readonly workers: string;
  readonly save: string;
  readonly store: string;
}

const mapFlags: OptionTable<MapFlags> = {
  ...projectOptions,
  open: {default: false, help: "open the picture"},
  workers: {
    default: "auto",
    help: "who makes the map: auto (this process), or the workers of a queue, redis://host:6379 or rediss://…; both give the same bytes",
    check: (word) => (word === "auto" || isQueue(word) ? undefined : "auto, or a queue (redis://host:6379, …)"),
  },
  save: {
    default: "save",
    help: "with a queue: the folder that its workers share; the map's numbers are kept in results",
  },
  store: {
    ...STORE,
    help: "with a queue: where the map's numbers are kept: s3://bucket/prefix; default: results in --save",
  },
};

/** Makes a map of a user's own matrix. */
export const mapCommand: Command = {
  command: "map <file>",
  describe: "make a map (t-SNE, UMAP, PCA) of the rows of a table: CSV, .npy or .npz",
  help: {
    usage: "map FILE [flags]",
    rows: [
      ["FILE", "CSV or TSV, .npy (each also .gz), or file.npz:array"],
      ["--method NAME", "tsne, umap, pca or tsne-js"],
      ["--label COLUMN", "the column that colours the points, by name or place"],
      ["--perplexity X", "about how many neighbours count for each point"],
      ["--dimensions N", "2 or 3"],
      ["--metric NAME", "the distance between rows: euclidean or cosine"],
      ["--scaling NAME", "feature, global or none"],
      ["--missing WHAT", "what becomes of rows with gaps: drop-rows, mean, refuse"],
      ["--points N", "rows on the map at most, taken evenly from all"],
      ["--out FOLDER", "where the picture, the coordinates and the facts go"],
      ["--workers URL", "have a worker of this queue make the map"],
    ],
    also: ["iterations", "components", "seed", "separator", "decimal", "encoding", "save", "store", "open"],
    examples: ["epochscope map trees.csv --label species"],
    note: "What is there is never written over.",
  },
  builder(cli) {
    cli.positional("file", {type: "string", describe: "CSV or TSV, .npy (each also .gz), or file.npz:array"});
    declareFlags(cli, mapFlags, "", "Map:");
  },
  async handler(given) {
    const {open, workers, save, store, ...options} = resolveOptions(mapFlags, givenOf(given, mapFlags, ""), "--");
    const isJson = given.json === true;
    const print = given.quiet === true || isJson ? () => {} : say;
    const notes: string[] = [];
    const note = (line: string) => {
      notes.push(line);
      print(line);
    };
    const file = `${given.file}`;
    checkThere(file.replace(/(\.npz):[^/\\:]+$/i, "$1"), "a table (CSV, .npy or .npz)");
    // loaded when it is asked for: a run need not wait for the twenty files that read tables
    const {projectFile}: typeof import("../pipeline/project") = require("../pipeline/project");
    const begun = performance.now();
    const elsewhere = isQueue(workers) ? {url: workers, store, results: join(resolve(save), "results")} : undefined;
    const map = await projectFile(file, options, note, async (make) => {
      if (!elsewhere) return make();
      const {mapElsewhere}: typeof import("./map-elsewhere") = require("./map-elsewhere");
      return mapElsewhere(file, options, elsewhere, note);
    });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    print(`${map.rows.toLocaleString("en")} rows in ${seconds} s: ${trustNote(map)}`);
    if (map.approximate) print(recallNote(map.approximate));
    print(`map      ${map.csv}`);
    print(`picture  ${map.png}`);
    print(`facts    ${map.json}`);
    const {csv, png, json, rows, klDivergence, trustworthiness, continuity, approximate} = map;
    const figures = {
      rows,
      method: options.method,
      seconds: Number(seconds),
      klDivergence,
      trustworthiness,
      continuity,
      ...(approximate ? {approximate} : {}),
    };
    if (isJson) sayDocument({schema: "epochscope/map/1", ...figures, notes, csv, png, facts: json});
    await openIfAsked({open}, pathToFileURL(resolve(png)).href);
    return 0;
  },
};
