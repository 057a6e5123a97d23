/** @file Types and lint: what must hold before anything is tested. */
import {steps} from "./steps";

steps(["tsc", "--noEmit"], ["biome", "ci", "--error-on-warnings"]);
