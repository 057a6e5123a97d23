import util from "node:util";
import * as tf from "@tensorflow/tfjs";

import type {Backend} from "./backend";

/**
 * @tensorflow/tfjs-node, an optional dependency: TensorFlow's C library, if its binary is installed and can be loaded.
 */
export const tensorflow: Backend = {
  async start() {
    // tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed (tensorflow/tfjs#8425, merged, not released).
    const old = util as unknown as {isNullOrUndefined?: (value: unknown) => boolean};
    old.isNullOrUndefined ??= (value) => value === null || value === undefined;
    // Shows warnings and errors only: at its start, TensorFlow tells every user how it could have been compiled.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "1";
    try {
      // The name is a variable, which the compiler does not follow, because the package may not be there.
      require(["@tensorflow", "tfjs-node"].join("/"));
    } catch (error) {
      // Catches any error: a blocked install script leaves the package without its binary, and the error then has no
      // code.
      return {problem: problemOf(error as NodeJS.ErrnoException)};
    }
    if (!(await tf.setBackend("tensorflow")))
      return {problem: "@tensorflow/tfjs-node loaded, but its backend did not start"};
    return {
      version: `${tf.version.tfjs}, TensorFlow ${(tf.backend() as unknown as {binding?: {TF_Version?: string}}).binding?.TF_Version ?? "?"}`,
    };
  },
};

function problemOf(error: NodeJS.ErrnoException): string {
  if (error.code === "MODULE_NOT_FOUND") return "@tensorflow/tfjs-node is not installed";
  const why = error.message.split("\n")[0];
  return `@tensorflow/tfjs-node does not load (${why}); \`npm rebuild @tensorflow/tfjs-node --ignore-scripts=false\` fetches its binary, \`npm run setup:tensorflow\` builds it`;
}
