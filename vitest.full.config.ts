import {defineConfig} from "vitest/config";

import {loadedLate} from "./scripts/loaded-late";

export default defineConfig({
  plugins: [{name: "loaded-late", transform: (code, id) => (/\/src\/.*\.ts$/.test(id) ? loadedLate(code) : undefined)}],
  test: {
    include: ["test/full/**/*.test.ts"],
    globalSetup: ["test/before-all.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: "forks",
    fileParallelism: false,
  },
});
