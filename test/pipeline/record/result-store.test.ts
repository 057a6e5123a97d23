import {readdirSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {resultStore} from "../../../src/pipeline/record/result-store";
import {sha256} from "../../../src/pipeline/record/seal";
import {temporaryFolder} from "../../support/idx-files";

const id = sha256("a question");
const bytes = Buffer.from("what was found");

/** The files of the question's folder. */
const filesIn = (root: string) => readdirSync(join(root, id.slice(0, 2), id));

test("keeps a result under the digest of the question, in a file named by the digest of its content", async () => {
  const root = temporaryFolder();
  const store = resultStore(root);
  expect(await store.read(id)).toBeUndefined();
  await store.keep(id, bytes);
  await store.keep(id, bytes); // a second worker that found the same
  expect(filesIn(root)).toEqual([`${sha256(bytes)}.gz`]);
  expect(Buffer.from((await store.read(id)) as Uint8Array)).toEqual(bytes);
  rmSync(root, {recursive: true});
});

test("takes a damaged result for none, and replaces it", async () => {
  const root = temporaryFolder();
  const store = resultStore(root);
  await store.keep(id, bytes);
  writeFileSync(join(root, id.slice(0, 2), id, filesIn(root)[0]), "half a");
  expect(await store.read(id)).toBeUndefined();
  await store.keep(id, bytes);
  expect(Buffer.from((await store.read(id)) as Uint8Array)).toEqual(bytes);
  rmSync(root, {recursive: true});
});

test("says that two workers disagree, and where", async () => {
  const root = temporaryFolder();
  const store = resultStore(root);
  await store.keep(id, bytes);
  const disagree = /expected one result, got 2: workers disagree/;
  await expect(store.keep(id, Buffer.from("something else"))).rejects.toThrow(disagree);
  await expect(store.read(id)).rejects.toThrow(disagree);
  rmSync(root, {recursive: true});
});

test("files that are no results, by their names, do not count", async () => {
  const root = temporaryFolder();
  const store = resultStore(root);
  await store.keep(id, bytes);
  for (const name of ["notes.gz", sha256(bytes), `${sha256("other")}.gz.12-0123456789ab.partial`])
    writeFileSync(join(root, id.slice(0, 2), id, name), "");
  expect(Buffer.from((await store.read(id)) as Uint8Array)).toEqual(bytes);
});
