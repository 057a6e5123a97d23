/** @file Results in a bucket, on s3rver, which speaks the protocol of S3 on this machine. */
import {rmSync} from "node:fs";
import {type AddressInfo, createServer} from "node:net";
import {afterAll, beforeAll, expect, test} from "vitest";

import {resultStore} from "../../src/pipeline/record/result-store";
import {s3Places} from "../../src/pipeline/record/s3-places";
import {sha256} from "../../src/pipeline/record/seal";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {runAll} from "../support/small-run";

interface S3Server {
  run(): Promise<unknown>;
  close(): Promise<unknown>;
}
type Make = new (options: object) => S3Server;

const folder = temporaryFolder();
let server: S3Server;
let env: {readonly [name: string]: string};
beforeAll(async () => {
  const S3rver = require("s3rver") as Make; // it has no types
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const {port} = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
  const buckets = [{name: "results"}];
  server = new S3rver({port, address: "127.0.0.1", silent: true, directory: folder, configureBuckets: buckets});
  await server.run();
  env = {
    ...{AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER", AWS_REGION: "us-east-1"},
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
  };
});
afterAll(async () => {
  await server.close();
  rmSync(folder, {recursive: true, force: true});
});

const ID = sha256("a question");

test("a bucket keeps a result once, gives it back whole, and shows workers that disagree", async () => {
  const places = await s3Places("s3://results/of/mine", env);
  const store = resultStore(places);
  expect(await store.read(ID)).toBeUndefined();
  const bytes = Uint8Array.from({length: 31_000}, (_, n) => n % 251);
  await store.keep(ID, bytes);
  await store.keep(ID, bytes);
  expect(Buffer.from((await store.read(ID)) as Uint8Array)).toEqual(Buffer.from(bytes));
  const at = `${ID.slice(0, 2)}/${ID}`;
  expect(await places.names(at)).toEqual([`${sha256(bytes)}.gz`]);
  expect(await (await s3Places("s3://results/of/others", env)).names(at)).toEqual([]);
  const words = `s3://results/of/mine/${at}/: expected one result, got 2: workers disagree`;
  await expect(store.keep(ID, bytes.slice(1))).rejects.toThrow(words);
  await expect(store.read(ID)).rejects.toThrow(words);
});

test("a damaged result counts as none, and is replaced", async () => {
  const places = await s3Places("s3://results/damaged", env);
  const [store, bytes] = [resultStore(places), Uint8Array.of(1, 2, 3)];
  await places.write(`${ID.slice(0, 2)}/${ID}`, `${sha256(bytes)}.gz`, Uint8Array.of(9));
  expect(await store.read(ID)).toBeUndefined();
  await store.keep(ID, bytes);
  expect([...((await store.read(ID)) as Uint8Array)]).toEqual([1, 2, 3]);
});

test("what keeps a bucket from answering is reported in one line, without the keys", async () => {
  const wrong = {...env, AWS_ACCESS_KEY_ID: "nobody"};
  await expect(s3Places("s3://results", wrong)).rejects.toThrow(
    "s3://results/-/: expected an answer, got 403 InvalidAccessKeyId",
  );
  const away = {...env, AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9"};
  await expect(s3Places("s3://results", away)).rejects.toThrow(/^s3:\/\/results\/-\/: expected an answer, got .+$/);
  await expect(s3Places("s3://nowhere", env)).rejects.toThrow(
    "s3://nowhere/-/: expected an answer, got 404 NoSuchBucket",
  );
  await expect(s3Places("s3://results", {AWS_ACCESS_KEY_ID: "me"})).rejects.toThrow(
    "s3://results: expected AWS_SECRET_ACCESS_KEY in the environment, got none",
  );
  await expect(s3Places("s3://x/y", env)).rejects.toThrow("--store: expected s3://bucket/prefix, got s3://x/y");
});

test("explaining keeps its results in the bucket, and finds them there again", async () => {
  const save = temporaryFolder();
  await runAll({save, name: "r", probes: "confusion", epochs: 1, trainLimit: 600, testLimit: 40, projector: 0}, {});
  const asked = ["explain", "test:all", "--model", "r", "--save", save, "--lime.samples", "60", "--workers", "1"];
  const flags = [...asked, "--json", "--store", "s3://results/run"];
  const first = await command(flags, [], env);
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(JSON.parse(first.stdout)).toMatchObject({explanations: 80, known: 0});
  expect(JSON.parse((await command(flags, [], env)).stdout)).toMatchObject({explanations: 80, known: 80});
});
