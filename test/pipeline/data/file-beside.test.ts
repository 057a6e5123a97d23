import {mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {fileBeside} from "../../../src/pipeline/data/file-beside";
import {temporaryFolder} from "../../support/idx-files";

const [folder, other] = [temporaryFolder(), temporaryFolder()];
const model = join(folder, "model.onnx");
writeFileSync(model, "model");
mkdirSync(join(folder, "below"));
writeFileSync(join(folder, "weights"), "1234");
writeFileSync(join(folder, "below", "..weights"), "12");
writeFileSync(join(other, "weights"), "1");
symlinkSync(join(other, "weights"), join(folder, "away"));
symlinkSync(join(folder, "weights"), join(folder, "near"));

test.each([
  ["weights", 4],
  ["./weights", 4],
  ["near", 4],
  ["below/..weights", 2],
])("weights in the model's folder or below are found: %s", async (name, size) => {
  expect(await fileBeside(model, name)).toEqual({path: join(folder, name), size});
});

test.each(["", "/weights", "\\weights", "C:weights", "file:/weights", "../weights", "below\\..\\weights", "a\0b"])(
  "a name that leads out of the folder is refused: %j",
  async (name) => {
    await expect(fileBeside(model, name)).rejects.toThrow(
      `${model}: expected weights in the folder of the model, got "${name}"`,
    );
  },
);

test("weights are a file that is there, and no link leads out of the folder", async () => {
  await expect(fileBeside(model, "gone")).rejects.toThrow(
    `${model}: expected its weights in ${join(folder, "gone")}, got nothing there`,
  );
  await expect(fileBeside(model, "below")).rejects.toThrow(`${join(folder, "below")}: expected a file, got a folder`);
  await expect(fileBeside(model, ".")).rejects.toThrow(`${model}: expected weights in the folder of the model, got`);
  await expect(fileBeside(model, "away")).rejects.toThrow(
    `got ${join(folder, "away")}, a link to ${join(other, "weights")}`,
  );
});

test("of a model that is a link, the real file's folder counts too", async () => {
  const link = join(other, "model.onnx");
  symlinkSync(model, link);
  symlinkSync(join(folder, "weights"), join(other, "linked"));
  expect((await fileBeside(link, "linked")).size).toBe(4);
  expect((await fileBeside(link, "weights")).size).toBe(1);
});
