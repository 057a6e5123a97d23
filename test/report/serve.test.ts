import {readFileSync, writeFileSync} from "node:fs";
import {get, type IncomingHttpHeaders} from "node:http";
import {connect} from "node:net";
import {join} from "node:path";
import {afterEach, expect, test} from "vitest";
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
  expect((await fetch(url, {method: "POST"})).status).toBe(403);
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
