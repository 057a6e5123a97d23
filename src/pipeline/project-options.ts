import {type OptionTable, positiveInteger, seedNumber} from "../nouns/options";
import {type TableOptions, tableOptions} from "./data/tables/table";
import {type MapSettings, mapSettings} from "./maps/map-rows";

/** How a table becomes a map, and where it is written. */
export interface ProjectFile extends MapSettings, TableOptions {
  /** The most rows on the map; they are taken evenly. */
  readonly points: number;
  readonly seed: number;
  /** The folder that the map is written to. */
  readonly out: string;
}

export const projectOptions: OptionTable<ProjectFile> = {
  ...mapSettings,
  ...tableOptions,
  points: {
    default: 1_000_000,
    help: "the most rows on the map (tsne-js: 500), taken evenly from all",
    check: positiveInteger,
  },
  seed: {default: 0, help: "seed of umap's and tsne-js's random draws; tsne and pca have none", check: seedNumber},
  out: {default: ".", help: "the folder for <name>-map.csv, .png and .json; files that exist are never overwritten"},
};
