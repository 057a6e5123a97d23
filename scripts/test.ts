/**
 * @file Runs types, lint and every test, including the whole pipeline. Arguments go to vitest:
 * `npm test -- test/pipeline/data/idx.test.ts`.
 */
import {steps} from "./steps";

steps(["tsc", "--noEmit"], ["biome", "ci", "--error-on-warnings"], ["vitest", "run", ...process.argv.slice(2)]);
