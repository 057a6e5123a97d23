import * as tf from "@tensorflow/tfjs";
import {describe} from "vitest";

import {fusedNetwork, plan} from "../../../src/engine/index";
import {graphOf} from "../../../src/graph/index";
import {models} from "../../../src/pipeline/model/index";
import {exigoRunSuite} from "../../support/exigo-run-suite";

describe("exigo's network over all 10,000 test images, on the fused engine", () => {
  exigoRunSuite(async ({imageShape, classNames}) => {
    await tf.setBackend("cpu");
    const planned = plan(graphOf(models.exigo(imageShape, 10, 0)), "adam");
    if ("reason" in planned) throw new Error(planned.reason);
    return fusedNetwork(planned, {threads: 2, classNames, batchSize: 32, seed: 0});
  });
});
