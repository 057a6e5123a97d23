import {expect, test} from "vitest";

import {EpochscopeError, failingAs} from "../../src/nouns/errors";
import {positiveInteger, resolveOptions} from "../../src/nouns/options";
import {orUserErrorSync} from "../../src/nouns/system-errors";

test("an error says what was expected, what was met and what would work, as its line does", () => {
  const error = new EpochscopeError('--batch-size: expected a number, got "x"; did you mean 8?');
  expect(error).toMatchObject({code: "BAD_OPTION", option: "batchSize", expected: "a number", got: '"x"'});
  expect(error.hint).toBe("did you mean 8?");
  expect(error.name).toBe("EpochscopeError");
});

test("what a file contains is no wrong command line, though the flag that names it begins the line", () => {
  expect(new EpochscopeError("--edit a.csv: row 3: expected a decision, got nothing").code).toBe("BAD_DATA");
  expect(new EpochscopeError("--model cnn: expected larger images, got 5 x 5").code).toBe("BAD_OPTION");
  expect(new EpochscopeError("a.png: expected a picture, got text")).toMatchObject({
    code: "BAD_DATA",
    option: undefined,
  });
});

test("options of the library are named without dashes, and those of a saved run are the file's", () => {
  const table = {epochs: {default: 5, help: "", check: positiveInteger}};
  const thrown = (prefix: string): unknown => {
    try {
      return resolveOptions(table, {epochs: -1}, prefix);
    } catch (error) {
      return error;
    }
  };
  expect(thrown("")).toMatchObject({code: "BAD_OPTION", option: "epochs", got: "-1"});
  expect(thrown("lime.")).toMatchObject({code: "BAD_OPTION", option: "lime.epochs"});
  expect(thrown("save/r/run.json: --")).toMatchObject({code: "BAD_FORMAT"});
});

test("a kind is said once: whoever stands nearest to the mistake knows it best", async () => {
  const plain = () => Promise.reject(new EpochscopeError("net.onnx: expected a model, got text"));
  const known = () => Promise.reject(new EpochscopeError("net.onnx: expected a file, got none", {code: "NOT_FOUND"}));
  await expect(failingAs("BAD_MODEL", plain)).rejects.toMatchObject({code: "BAD_MODEL"});
  await expect(failingAs("BAD_MODEL", known)).rejects.toMatchObject({code: "NOT_FOUND"});
  await expect(failingAs("BAD_MODEL", () => Promise.reject(new TypeError("x")))).rejects.toBeInstanceOf(TypeError);
});

test("a disk that does not take a file is one that cannot be written to", () => {
  const full = Object.assign(new Error("ENOSPC"), {code: "ENOSPC", syscall: "write"});
  const act = () => orUserErrorSync("/p", () => { throw full; }); // biome-ignore format: one line
  expect(act).toThrow(expect.objectContaining({code: "CANNOT_WRITE", cause: full}));
});
