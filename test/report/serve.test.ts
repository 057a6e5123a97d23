import {readFileSync, utimesSync, writeFileSync} from "node:fs";
import {get, type IncomingHttpHeaders} from "node:http";
import {connect} from "node:net";
import {join} from "node:path";
import {afterEach, describe, expect, test} from "vitest";
import {type ReportServer, type ServeOptions, serveReport} from "../../src/report/serve";
import {exampleRun} from "./example-run";

let server: ReportServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
async function serve(folder = exampleRun(), options: ServeOptions = {interval: 20}): Promise<string> {
  server = await serveReport(folder, options);
  return server.url;
}

/** One request, its path sent as it is written: `fetch` would tidy it. */
function ask(url: string, path: string, headers: IncomingHttpHeaders = {}): Promise<{status: number; body: string}> {
  const {hostname, port} = new URL(url);
  return new Promise((resolve, reject) => {
    get({hostname, port, path, headers}, async (response) => {
      let body = "";
      for await (const chunk of response.setEncoding("utf8")) body += chunk;
      resolve({status: response.statusCode ?? 0, body});
    }).on("error", reject);
  });
}

test("serves the page, its facts and its arrays", async () => {
  const url = await serve();
  const page = await ask(url, "/");
  expect(page.status).toBe(200);
  expect(page.body).toContain("connect-src 'self'");
  expect(JSON.parse((await ask(url, "/run.json")).body).format).toBe("epochscope-report/3");
  expect((await fetch(`${url}run.bin`)).headers.get("content-type")).toBe("application/octet-stream");
});

test.each([
  "/run.json/",
  "/../run.json",
  "/%2e%2e/run.json",
  "/metrics.jsonl",
  "/etc/passwd",
  "/__proto__",
  "/run.json?x",
])("has nothing else to give: %s", async (path) => {
  expect((await ask(await serve(), path)).status).toBe(404);
});

test("answers no other name than its own, so that no page elsewhere reads along", async () => {
  const url = await serve();
  expect((await ask(url, "/run.json", {host: "evil.example"})).status).toBe(403);
  for (const host of ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", "[::1]:80"]) {
    expect((await ask(url, "/run.json", {host})).status, host).toBe(403);
  }
  expect((await ask(url, "/run.json", {host: `localhost:${new URL(url).port}`})).status).toBe(200);
});

test("listens on this machine alone", async () => {
  const {port} = new URL(await serve());
  const reached = await new Promise<boolean>((resolve) => {
    const socket = connect({host: "127.0.0.2", port: Number(port)}, () => resolve(true));
    socket.on("error", () => resolve(false));
  });
  expect(reached).toBe(false);
});

test("tells open pages when the run has written more, and then serves it", async () => {
  const folder = exampleRun();
  const url = await serve(folder);
  const events = await fetch(`${url}events`);
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  const path = join(folder, "metrics.jsonl");
  const more = {epoch: 3, trainLoss: 0.1, seconds: {train: 1, evaluate: 1, probes: 1}, steps: []};
  writeFileSync(path, `${readFileSync(path, "utf8")}${JSON.stringify(more)}\n`);
  let heard = "";
  while (!heard.includes("event: written")) heard += (await reader?.read())?.value ?? "";
  const {metrics} = JSON.parse((await ask(url, "/run.json")).body);
  expect(metrics.at(-1).epoch).toBe(3);
  await reader?.cancel();
});

test("says which port is taken", async () => {
  const port = Number(new URL(await serve()).port);
  await expect(serveReport(exampleRun(), {port})).rejects.toThrow(
    `--port: expected a free port, got ${port} (EADDRINUSE)`,
  );
});

test("answers HEAD without a body, and no other method", async () => {
  const url = await serve();
  const head = await fetch(url, {method: "HEAD"});
  expect(head.status).toBe(200);
  expect(Number(head.headers.get("content-length"))).toBeGreaterThan(100_000);
  expect(await head.text()).toBe("");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const refused = await fetch(url, {method});
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  }
});

test("a part of something is answered with all of it, and no other site may frame or read it", async () => {
  const url = await serve();
  const {status, headers} = await fetch(`${url}run.bin`, {headers: {range: "bytes=0-3"}});
  expect(status).toBe(200);
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(headers.get("access-control-allow-origin")).toBeNull();
});

/** Sends bytes that are no request, and waits until the server has closed the connection. */
function sendRaw(url: string, bytes: string): Promise<string> {
  const {hostname, port} = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = "";
    const socket = connect({host: hostname, port: Number(port)}, () => socket.write(bytes));
    socket.on("data", (chunk) => (heard += chunk));
    socket.on("error", reject).on("close", () => resolve(heard));
  });
}

test("continues after requests that are none, and after one of a megabyte", async () => {
  const url = await serve();
  expect(await sendRaw(url, "\0\x01\x02 nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
  expect(await sendRaw(url, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).toMatch(/^HTTP\/1\.1 40/);
  expect(await sendRaw(url, `GET /${"x".repeat(1 << 20)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431/);
  expect((await ask(url, `/${"%00".repeat(2000)}`)).status).toBe(404);
  expect((await ask(url, "/")).status).toBe(200);
});

describe("a file that is damaged while the run is served", () => {
  const damages: readonly (readonly [string, string, string])[] = [
    [
      "artifacts/confusion/matrix-epoch-001.json",
      "null",
      "matrix-epoch-001.json: expected the content that the run saved",
    ],
    ["artifacts/confusion/matrix-epoch-001.json", '{"data":', "matrix-epoch-001.json"],
    [
      "artifacts/confusion/matrix-epoch-001.json",
      '{"data":{},"numbers":{"probabilities":{"dtype":"Float32Array","base64":"AAA="}}}',
      "matrix-epoch-001.json",
    ],
    [
      "artifacts/confusion/matrix-epoch-001.json",
      '{"data":{},"numbers":{"probabilities":[1,2]}}',
      "expected saved files that fit each other",
    ],
    ["artifacts/lime/segments-epoch-001.json", '{"data":{"explanations":[null]}}', "segments-epoch-001.json"],
    ["artifacts/projection/map-epoch-001.json", '{"data":{},"numbers":{}}', "map-epoch-001.json"],
    ["run.json", "[]", "run.json"],
    ["metrics.jsonl", `{"epoch":0}\nnull\n`, "metrics.jsonl, line 2: expected a JSON object, got null"],
    ["metrics.jsonl", "{\n", "metrics.jsonl"],
  ];
  test.each(damages)("%s as %s is reported, and what is whole again is served", async (name, content, words) => {
    const folder = exampleRun();
    const [file, metrics] = [join(folder, name), join(folder, "metrics.jsonl")];
    const said: string[] = [];
    const url = await serve(folder, {interval: 10, say: (line) => said.push(line)});
    const before = (await ask(url, "/run.json")).body;
    const events = await fetch(`${url}events`);
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    const whole = readFileSync(file, "utf8");
    let heard = "";
    const hear = async (name: string) => {
      while (!heard.includes(`event: ${name}`)) heard += (await reader?.read())?.value ?? "";
    };

    writeFileSync(file, content);
    utimesSync(metrics, 1, 1);
    await hear("trouble");
    expect(heard).toContain(words);
    expect((await ask(url, "/run.json")).body).toBe(before);
    expect(said).toHaveLength(1);

    writeFileSync(file, whole);
    utimesSync(metrics, 2, 2);
    await hear("written");
    expect((await ask(url, "/run.json")).body).toBe(before);
    await reader?.cancel();
  });
});
