import {readFileSync} from "node:fs";
import {cpus, totalmem} from "node:os";

/**
 * The software and the machine with which a run was made. run.json keeps it, so that two runs can be told apart by more
 * than their options.
 */
export interface Environment {
  readonly startedAt: Date;
  readonly versions: {readonly [name: string]: string};
  readonly processor: {
    readonly name: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly platform: string;
  };
}

/** The versions of this program and of V8. Numbers may depend on them, besides the code that computes the numbers. */
export function programVersions(): {readonly program: string; readonly v8: string} {
  return {program: own().version, v8: process.versions.v8};
}

function own(): {readonly name: string; readonly version: string} {
  return JSON.parse(readFileSync(require.resolve("../../../package.json"), "utf8"));
}

export function environment(): Environment {
  const {name, version} = own();
  const processors = cpus();
  return {
    startedAt: new Date(),
    versions: {[name]: version, node: process.versions.node},
    processor: {
      name: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
    },
  };
}
