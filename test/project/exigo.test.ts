import * as tf from "@tensorflow/tfjs";
import {afterAll, describe} from "vitest";

import {exigoSuite} from "../support/exigo-suite";

afterAll(() => tf.setBackend("cpu"));

describe("on wasm", () => exigoSuite("wasm"));
