/** @file Files in a bucket, on a server of these tests' own that says what it is asked. */
import {createServer, type IncomingMessage, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {afterAll, beforeAll, beforeEach, expect, test, vi} from "vitest";

import {s3Places} from "../../../src/pipeline/record/s3-places";

const pauses = vi.hoisted(() => [] as number[]);
vi.mock("node:timers/promises", () => ({
  setTimeout: async (milliseconds: number) => void pauses.push(milliseconds),
}));

let server: Server;
let root = "";
/** Every request, in order; the answers that the server gives before it answers well. */
const asked: {readonly method: string; readonly url: string; readonly headers: IncomingMessage["headers"]}[] = [];
let failures: (readonly [status: number, body: string])[] = [];
let keys: readonly string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const {method = "", url = "", headers} = request;
    asked.push({method, url, headers});
    const [status, body] = failures.shift() ?? [200, keys.map((key) => `<Key>${key}</Key>`).join("")];
    request
      .resume()
      .on("end", () => response.writeHead(status).end(url.includes("list-type") || status > 200 ? body : "content"));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  for (const list of [asked, pauses]) list.length = 0;
  failures = [];
  keys = [];
});

const KEYS = {AWS_ACCESS_KEY_ID: "me", AWS_SECRET_ACCESS_KEY: "secret"};
const places = (url: string, more: object = {}) => s3Places(url, {...KEYS, AWS_ENDPOINT_URL_S3: root, ...more});

test("an address that names no bucket, and a key that is not there, are refused", async () => {
  for (const url of ["s3://", "s3://A/b", "http://bucket/x"])
    await expect(places(url)).rejects.toThrow(`--store: expected s3://bucket/prefix, got ${url}`);
  await expect(places("s3://bucket", {AWS_SECRET_ACCESS_KEY: ""})).rejects.toThrow(
    "s3://bucket: expected AWS_SECRET_ACCESS_KEY in the environment, got none",
  );
  expect(asked).toEqual([]);
});

test.each([
  ["s3://bucket", ""],
  ["s3://bucket/", ""],
  ["s3://bucket/of/mine", "of/mine/"],
  ["s3://bucket/of/mine/", "of/mine/"],
])("%s keeps its files under the prefix %j", async (url, prefix) => {
  const bucket = await places(url);
  expect(bucket.where("a")).toBe(`s3://bucket/${prefix}a/`);
  keys = [`${prefix}a/one`, `${prefix}a/two`];
  expect(await bucket.names("a")).toEqual(["one", "two"]);
  expect(asked.at(-1)?.url).toBe(`/bucket?list-type=2&prefix=${encodeURIComponent(`${prefix}a/`)}`);
  expect(Buffer.from(await bucket.read("a", "b c")).toString()).toBe("content");
  expect(asked.at(-1)).toMatchObject({method: "GET", url: `/bucket/${prefix}a/b%20c`});
  await bucket.write("a", "d", Buffer.from("x"));
  expect(asked.at(-1)).toMatchObject({method: "PUT", url: `/bucket/${prefix}a/d`});
});

test.each([
  [{}, "us-east-1"],
  [{AWS_DEFAULT_REGION: "eu-west-1"}, "eu-west-1"],
  [{AWS_REGION: "eu-north-1", AWS_DEFAULT_REGION: "eu-west-1"}, "eu-north-1"],
])("with %j requests are signed for the region %s", async (env, region) => {
  await places("s3://bucket", env);
  expect(asked[0].headers.authorization).toContain(`/${region}/s3/aws4_request`);
});

test("the server's address may be that of all services, and one of S3's own comes first", async () => {
  await s3Places("s3://bucket", {...KEYS, AWS_ENDPOINT_URL: `${root}//`});
  expect(asked[0].url).toMatch(/^\/bucket\?/);
  expect(asked[0].headers).not.toHaveProperty("x-amz-security-token");
  await places("s3://bucket", {AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_SESSION_TOKEN: "for a while"});
  expect(asked[1].headers["x-amz-security-token"]).toBe("for a while");
});

test("what the server cannot do now is asked four times, after longer and longer pauses", async () => {
  for (const status of [500, 503, 429]) {
    pauses.length = 0;
    failures = Array.from({length: 3}, () => [status, ""] as const);
    expect((await places("s3://bucket")).where("a")).toBe("s3://bucket/a/");
    expect(pauses).toEqual([400, 800, 1600]);
  }
  failures = Array.from({length: 4}, () => [503, "<Code>SlowDown</Code>"] as const);
  await expect(places("s3://bucket")).rejects.toThrow("s3://bucket/-/: expected an answer, got 503 SlowDown");
  expect(failures).toEqual([]);
});

test("what the server refuses is asked once", async () => {
  for (const [status, body, words] of [
    [404, "<Code>NoSuchBucket</Code>", "404 NoSuchBucket"],
    [403, "no", "403"],
    [499, "", "499"],
  ] as const) {
    asked.length = 0;
    failures = [[status, body]];
    await expect(places("s3://bucket")).rejects.toMatchObject({
      ...{code: "NOT_FOUND", message: expect.stringMatching(new RegExp(`: expected an answer, got ${words}$`))},
    });
    expect([asked.length, pauses.length]).toEqual([1, 0]);
  }
});

test("a server that is not there is named by the reason", async () => {
  const none = places("s3://bucket", {AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1"});
  await expect(none).rejects.toThrow(
    /^s3:\/\/bucket\S*: expected an answer, got (?!fetch failed).*(ECONNREFUSED|bad port)/,
  );
});
