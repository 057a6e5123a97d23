import {readFileSync} from "node:fs";
import {createContext, runInContext} from "node:vm";
import {buildSync} from "esbuild";
import {expect, test} from "vitest";
import {tsne} from "../../src/tsne/index";
import {cloud} from "../support/tsne-data";

test("runs where there is no Node, on one thread, and gives the same bits", async () => {
  const {outputFiles} = buildSync({
    entryPoints: ["src/tsne/index.ts"],
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "epochscope",
    external: ["node:*"],
    define: {__dirname: '"/nowhere"'},
  });
  const data = cloud(600, 8, 1);
  const context = createContext({
    WebAssembly,
    performance,
    setTimeout,
    data,
    kernels: readFileSync("src/tsne/kernels/tsne.wasm"),
  });
  runInContext(outputFiles[0].text, context);
  expect(runInContext("typeof process + typeof require", context)).toBe("undefinedundefined");
  const program = `epochscope.provideKernels(kernels).then(() => epochscope.tsne(data, {iterations: 200}))`;
  const map = await runInContext(program, context);
  expect([...map.points]).toEqual([...(await tsne(data, {iterations: 200})).points]);
});
