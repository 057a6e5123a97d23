/**
 * @file Runs the tests, and the heavy ones under test/full: all of MNIST, and comparisons with Python programs if they
 * are installed.
 */
import {steps} from "./steps";

steps(["vitest", "run"], ["vitest", "run", "--config", "vitest.full.config.ts", ...process.argv.slice(2)]);
