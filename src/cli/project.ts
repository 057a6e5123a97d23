import {trustNote} from "../pipeline/analysis/map-notes";
import {mapSettings} from "../pipeline/analysis/map-rows";
import {type OptionTable, resolveOptions, seedNumber} from "../pipeline/options";
import {type ProjectFile, projectFile} from "../pipeline/run-project";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {say} from "./terminal";

const projectFlags: OptionTable<ProjectFile> = {
  ...mapSettings,
  label: {
    default: "",
    help: "the column of a CSV that colours the points; default: the first with few different words",
  },
  seed: {default: 0, help: "of umap's and tsne-js's chance; tsne and pca have none", check: seedNumber},
  out: {default: ".", help: "the folder that <name>-map.csv and <name>-map.png are written to"},
};

/** Makes a map of a user's own matrix. */
export const projectCommand: Command = {
  command: "project <file>",
  describe: "make a map (t-SNE, UMAP, PCA) of the rows of a CSV or .npy file",
  builder(cli) {
    cli.positional("file", {type: "string", describe: "a CSV (comma, semicolon or tab) or a .npy of two dimensions"});
    declareFlags(cli, projectFlags, "", "Map:");
  },
  async handler(given) {
    const options = resolveOptions(projectFlags, givenOf(given, projectFlags, ""), "--");
    const quiet = given.quiet === true;
    const print = (line: string) => {
      if (!quiet) say(line);
    };
    const begun = performance.now();
    const map = await projectFile(String(given.file), options, print);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    print(
      `${map.rows.toLocaleString("en")} rows in ${seconds} s: KL divergence ${map.klDivergence.toFixed(3)} nats; ${trustNote(map)}`,
    );
    print(`map      ${map.csv}`);
    print(`picture  ${map.png}`);
    return 0;
  },
};
