import {defineConfig} from "vitest/config";

import {loadedLate} from "./scripts/loaded-late";

export default defineConfig({
  plugins: [{name: "loaded-late", transform: (code, id) => (/\/src\/.*\.ts$/.test(id) ? loadedLate(code) : undefined)}],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/full/**"],
    globalSetup: ["test/before-all.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: "100%", // by default one core stays free, which is half of a small machine
  },
});
