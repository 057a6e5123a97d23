import {resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {type OptionTable, positiveInteger, resolveOptions, seedNumber} from "../nouns/options";
import {tableOptions} from "../pipeline/data/tables/table";
import {recallNote, trustNote} from "../pipeline/maps/map-notes";
import {mapSettings} from "../pipeline/maps/map-rows";
import type {ProjectFile} from "../pipeline/project";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {checkThere} from "./named-path";
import {openIfAsked} from "./served";
import {say, sayDocument} from "./terminal";

const projectFlags: OptionTable<ProjectFile & {readonly open: boolean}> = {
  ...mapSettings,
  ...tableOptions,
  points: {
    default: 1_000_000,
    help: "the most rows on the map (tsne-js: 500), taken evenly from all",
    check: positiveInteger,
  },
  seed: {default: 0, help: "seed of umap's and tsne-js's random draws; tsne and pca have none", check: seedNumber},
  out: {default: ".", help: "the folder for <name>-map.csv, .png and .json; files that exist are never overwritten"},
  open: {default: false, help: "open the picture"},
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
    ],
    also: ["iterations", "components", "seed", "separator", "decimal", "encoding", "open"],
    examples: ["epochscope map trees.csv --label species"],
    note: "What is there is never written over.",
  },
  builder(cli) {
    cli.positional("file", {type: "string", describe: "CSV or TSV, .npy (each also .gz), or file.npz:array"});
    declareFlags(cli, projectFlags, "", "Map:");
  },
  async handler(given) {
    const {open, ...options} = resolveOptions(projectFlags, givenOf(given, projectFlags, ""), "--");
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
    const map = await projectFile(file, options, note);
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
