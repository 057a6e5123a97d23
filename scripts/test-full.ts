/** @file The tests, and the heavy ones under test/full: all of MNIST, peers in Python where they are installed. */
import {steps} from "./steps";

steps(["vitest", "run"], ["vitest", "run", "--config", "vitest.full.config.ts", ...process.argv.slice(2)]);
