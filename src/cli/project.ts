import {type OptionTable, positiveInteger, resolveOptions, seedNumber} from "../nouns/options";
import {tableOptions} from "../pipeline/data/tables/table";
import {trustNote} from "../pipeline/maps/map-notes";
import {mapSettings} from "../pipeline/maps/map-rows";
import type {ProjectFile} from "../pipeline/project";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {say} from "./terminal";

const projectFlags: OptionTable<ProjectFile> = {
  ...mapSettings,
  ...tableOptions,
  points: {
    default: 100_000,
    help: "rows on the map at most (tsne-js: 500), taken evenly from all",
    check: positiveInteger,
  },
  seed: {default: 0, help: "of umap's and tsne-js's chance; tsne and pca have none", check: seedNumber},
  out: {default: ".", help: "the folder for <name>-map.csv, .png and .json; what is there is never written over"},
};

/** Makes a map of a user's own matrix. */
export const projectCommand: Command = {
  command: "project <file>",
  describe: "make a map (t-SNE, UMAP, PCA) of the rows of a table: CSV, .npy or .npz",
  builder(cli) {
    cli.positional("file", {type: "string", describe: "CSV or TSV, .npy (each also .gz), or file.npz:array"});
    declareFlags(cli, projectFlags, "", "Map:");
  },
  async handler(given) {
    const options = resolveOptions(projectFlags, givenOf(given, projectFlags, ""), "--");
    const quiet = given.quiet === true;
    const print = (line: string) => {
      if (!quiet) say(line);
    };
    // loaded when it is asked for: a run need not wait for the twenty files that read tables
    const {projectFile}: typeof import("../pipeline/project") = require("../pipeline/project");
    const begun = performance.now();
    const map = await projectFile(String(given.file), options, print);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    print(
      `${map.rows.toLocaleString("en")} rows in ${seconds} s: KL divergence ${map.klDivergence.toFixed(3)} nats; ${trustNote(map)}`,
    );
    print(`map      ${map.csv}`);
    print(`picture  ${map.png}`);
    print(`facts    ${map.json}`);
    return 0;
  },
};
