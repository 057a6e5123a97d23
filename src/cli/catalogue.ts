import type {Listed} from "./command";

/** All commands, in the order in which `--help` lists them. */
export const catalogue: readonly Listed[] = [
  {
    name: "run",
    words: "train a network, look at it after every epoch (the default)",
    async load() {
      const {runCommand}: typeof import("./run") = require("./run");
      return runCommand;
    },
  },
  {
    name: "watch",
    words: "look at checkpoints as PyTorch or Keras writes them",
    async load() {
      const {watchCommand}: typeof import("./watch") = require("./watch");
      return watchCommand;
    },
  },
  {
    name: "report",
    words: "write a run's page, open it, or follow the run live",
    async load() {
      const {reportCommand}: typeof import("./report") = require("./report");
      return reportCommand;
    },
  },
  {
    name: "explain",
    words: "show what in an image speaks for its class",
    async load() {
      const {explainCommand}: typeof import("./explain") = require("./explain");
      return explainCommand;
    },
  },
  {
    name: "compare",
    words: "compare runs: what got better, what got worse",
    async load() {
      const {compareCommand}: typeof import("./compare") = require("./compare");
      return compareCommand;
    },
  },
  {
    name: "predict",
    words: "classify a folder of images",
    async load() {
      const {predictCommand}: typeof import("./predict") = require("./predict");
      return predictCommand;
    },
  },
  {
    name: "labels",
    words: "find wrong labels and copies; train without them",
    async load() {
      const {labelsCommand}: typeof import("./labels") = require("./labels");
      return labelsCommand;
    },
  },
  {
    name: "sweep",
    words: "train with many seeds, and values of any flag",
    async load() {
      const {sweepCommand}: typeof import("./sweep") = require("./sweep");
      return sweepCommand;
    },
  },
  {
    name: "runs",
    words: "list, show, verify, export and remove runs",
    async load() {
      const {runsCommand}: typeof import("./runs") = require("./runs");
      return runsCommand;
    },
  },
  {
    name: "demo",
    async load() {
      const {demoCommand}: typeof import("./demo") = require("./demo");
      return demoCommand;
    },
  },
  {
    name: "resume",
    async load() {
      const {resumeCommand}: typeof import("./resume") = require("./resume");
      return resumeCommand;
    },
  },
  {
    name: "map",
    before: ["project"],
    async load() {
      const {mapCommand}: typeof import("./map") = require("./map");
      return mapCommand;
    },
  },
  {
    name: "qa",
    async load() {
      const {qaCommand}: typeof import("./qa") = require("./qa");
      return qaCommand;
    },
  },
  {
    name: "worker",
    async load() {
      const {workerCommand}: typeof import("./worker") = require("./worker");
      return workerCommand;
    },
  },
  {
    name: "doctor",
    async load() {
      const {doctorCommand}: typeof import("./doctor") = require("./doctor");
      return doctorCommand;
    },
  },
  {
    name: "completion",
    async load() {
      const {completionOf}: typeof import("./completion") = require("./completion");
      return completionOf(catalogue);
    },
  },
];

/** The command with this name, or with this earlier name. */
export function listed(name: string): Listed | undefined {
  return catalogue.find((one) => one.name === name || one.before?.includes(name));
}
