/**
 * @file Shows which lines the tests reach. Code that runs in worker threads and in separate processes is not counted;
 * the kernels are WebAssembly, and the report's client runs in a browser.
 */
import {steps} from "./steps";

steps([
  "vitest",
  "run",
  "--coverage",
  "--coverage.provider=v8",
  "--coverage.include=src/**/*.ts",
  "--coverage.exclude=src/**/kernels/**",
  "--coverage.exclude=src/report/client/**",
  "--coverage.reportsDirectory=coverage",
]);
