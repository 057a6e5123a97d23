import {defineConfig} from "vitest/config";

/** The long checks, and those that need what npm does not bring (Python): `npx vitest run --config vitest.full.config.ts`. */
export default defineConfig({
  test: {
    include: ["test/full/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    fileParallelism: false,
  },
});
