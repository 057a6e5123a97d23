/** @file Types, lint and every test, the whole pipeline among them. Arguments go to vitest: `npm test -- test/pipeline/data/idx.test.ts`. */
import {steps} from "./steps";

steps(["tsc", "--noEmit"], ["biome", "ci", "--error-on-warnings"], ["vitest", "run", ...process.argv.slice(2)]);
