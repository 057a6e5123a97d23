/** @file Which lines the tests reach; code that runs in worker threads is not counted. */
import {steps} from "./steps";

steps([
  "vitest",
  "run",
  "--coverage",
  "--coverage.provider=v8",
  "--coverage.include=src/**/*.ts",
  "--coverage.reportsDirectory=coverage",
]);
