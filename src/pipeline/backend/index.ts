import * as tf from "@tensorflow/tfjs";

import {UserError} from "../../nouns/options";
import type {Backend} from "./backend";
import {cpu} from "./cpu";
import {tensorflow} from "./tensorflow";
import {wasm} from "./wasm/index";

/** All tfjs backends that this program can use. */
export const backends = {wasm, tensorflow, cpu} satisfies Record<string, Backend>;
export type BackendName = keyof typeof backends;

export interface StartedBackend {
  readonly name: BackendName;
  readonly version: string;
  /** One line that says why this backend is used: what was asked for, and what did not work. */
  readonly why: string;
}

/**
 * The backends that "auto" may choose, the preferred one first. On two cores wasm, with this project's kernels, trains
 * small networks 1.2 to 2.2 times as fast as TensorFlow; TensorFlow answers 1.1 to 1.8 times as fast (bench/ENGINE.md).
 * The cpu backend is not among them: it is so slow that a user must ask for it.
 */
const AUTOMATIC: {readonly [purpose in "train" | "ask"]: readonly BackendName[]} = {
  train: ["wasm", "tensorflow"],
  ask: ["tensorflow", "wasm"],
};

/**
 * Starts the backend asked for, or, for "auto", the first for that purpose that works.
 *
 * @throws UserError if it does not work here. A backend that the user named is never replaced by another.
 */
export async function startBackend(
  asked: BackendName | "auto",
  purpose: keyof typeof AUTOMATIC = "train",
): Promise<StartedBackend> {
  tf.enableProdMode(); // tfjs then prints no banner, and does not check shapes in every operation
  const problems: string[] = [];
  for (const name of asked === "auto" ? AUTOMATIC[purpose] : [asked]) {
    const started = await backends[name].start();
    if ("version" in started) {
      const why = asked === "auto" ? ["the first that works here", ...problems].join("; ") : "asked for";
      return {name, version: started.version, why};
    }
    problems.push(started.problem);
  }
  throw new UserError(`--engine ${asked}: expected it to start, got: ${problems.join("; ")}`, {code: "NO_ENGINE"});
}
