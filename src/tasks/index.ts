import {randomSource} from "../nouns/random";
import type {Tasks} from "../pipeline/jobs/jobs";
import {mapRows} from "../pipeline/maps/map-rows";
import {writeMapSheet} from "../pipeline/record/projection-files";
import {draw} from "../plots/index";
import {writeReport} from "../report/page";
import {closeIdleWorkspace} from "../tsne/index";

/** The tasks that a worker can be asked to do. */
export const tasks: Tasks = {
  mapRows: ({rows, settings, seed, ...context}, say) =>
    mapRows(rows, settings, {...context, random: randomSource(seed), say}),
  draw: async ({plot, data}) => draw(plot, data),
  report: (run) => writeReport(run),
  mapSheet(run) {
    closeIdleWorkspace(); // the last map is made, and pictures need the memory
    return writeMapSheet(run);
  },
  async explainImages(question) {
    // loaded only when it is needed, because it brings the engine, which no other task needs
    const {explainShard}: typeof import("../pipeline/many/explain-shard") = require("../pipeline/many/explain-shard");
    return explainShard(question);
  },
  async mapTable(question, say) {
    const {mapTable}: typeof import("../pipeline/handed/map-table") = require("../pipeline/handed/map-table");
    return mapTable(question, say);
  },
  async train(question, say, signal) {
    const {trainRun}: typeof import("../pipeline/handed/train-run") = require("../pipeline/handed/train-run");
    return trainRun(question, say, signal);
  },
};
