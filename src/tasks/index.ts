import {randomSource} from "../nouns/random";
import {type MapContext, type MapSettings, mapRows, type RowMap} from "../pipeline/maps/map-rows";
import {writeMapSheet} from "../pipeline/record/projection-files";
import type {Artifact} from "../pipeline/types";
import {draw} from "../plots/index";
import {writeReport} from "../report/page";
import {closeIdleWorkspace, type Matrix} from "../tsne/index";

/** `mapRows`'s arguments, with chance as a seed. */
export interface MapQuestion extends Pick<MapContext, "labels" | "before"> {
  readonly rows: Matrix;
  readonly settings: MapSettings;
  readonly seed: number;
}

export type Say = (line: string) => void;

/** Everything that can be done on the thread: one plain value in, one out. */
export const tasks = {
  mapRows: ({rows, settings, seed, ...context}: MapQuestion, say: Say): Promise<RowMap> =>
    mapRows(rows, settings, {...context, random: randomSource(seed), say}),
  /** An artifact's picture. */
  draw: async ({plot, data}: Pick<Artifact, "plot" | "data">) => draw(plot, data),
  report: (run: string) => writeReport(run),
  mapSheet(run: string): Promise<string[]> {
    closeIdleWorkspace(); // the last map is made; pictures need the memory
    return writeMapSheet(run);
  },
};

export type TaskName = keyof typeof tasks;
export type Question<N extends TaskName> = Parameters<(typeof tasks)[N]>[0];
export type Result<N extends TaskName> = Awaited<ReturnType<(typeof tasks)[N]>>;
