/** @file Checks types and lint, which must be right before anything is tested. */
import {steps} from "./steps";

steps(["tsc", "--noEmit"], ["biome", "ci", "--error-on-warnings"]);
