import {statSync} from "node:fs";
import {createServer, type IncomingMessage, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {UserError} from "../pipeline/options";
import {type FileMemory, fileMemory} from "./file-memory";
import {type Gathered, gather} from "./gather";
import {bundle, page} from "./page";

export interface ReportServer {
  /** Where the page is: `http://127.0.0.1:<port>/`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** 0: any free one. */
  readonly port?: number;
  /** Milliseconds between looks at the folder. */
  readonly interval?: number;
}

/**
 * Serves a run's report to this machine alone, and tells open pages when the run has written more. Four things can be
 * asked for: the page, its facts, its arrays and the events; no path is ever made of what was asked, so nothing else of the
 * disk can be reached.
 *
 * @throws UserError if the folder holds no run, or the port is taken.
 */
export async function serveReport(
  runFolder: string,
  {port = 0, interval = 1000}: ServeOptions = {},
): Promise<ReportServer> {
  const shell = await bundle();
  const memory = fileMemory();
  let gathered = await gather(runFolder, memory);
  let seen = stampOf(runFolder);
  const listeners = new Set<ServerResponse>();

  const answers: {readonly [path: string]: (response: ServerResponse) => void} = {
    "/": (response) => send(response, "text/html; charset=utf-8", page(shell, gathered, true)),
    "/run.json": (response) => send(response, "application/json", JSON.stringify(gathered.file)),
    "/run.bin": (response) => send(response, "application/octet-stream", Buffer.concat(gathered.parts)),
    "/events": (response) => {
      response.writeHead(200, {"content-type": "text/event-stream", "cache-control": "no-store"});
      response.write("retry: 1000\n\n");
      listeners.add(response);
      response.on("close", () => listeners.delete(response));
    },
  };
  const server = createServer((request, response) => {
    const refusal = refuse(request, server.address() as AddressInfo);
    const answer = Object.hasOwn(answers, request.url ?? "") ? answers[request.url ?? ""] : undefined;
    if (refusal) send(response, "text/plain; charset=utf-8", refusal, 403);
    else if (!answer) send(response, "text/plain; charset=utf-8", "not here", 404);
    else answer(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      reject(taken ? new UserError(`--port: expected a free port, got ${port} (${error.code})`) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });

  let looking = false;
  const timer = setInterval(async () => {
    const stamp = stampOf(runFolder);
    if (looking || stamp === seen) return;
    looking = true;
    const next = await regather(runFolder, memory);
    looking = false;
    if (!next) return; // written while it was read: the next look finds it whole
    [gathered, seen] = [next, stamp];
    for (const listener of listeners) listener.write("event: written\ndata: \n\n");
  }, interval);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      clearInterval(timer);
      for (const listener of listeners) listener.end();
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

/** A page elsewhere could point a name of its own at this machine and read along: only our own address is answered. */
function refuse({method, headers}: IncomingMessage, {port}: AddressInfo): string | undefined {
  if (method !== "GET") return "only GET";
  const known = [`127.0.0.1:${port}`, `localhost:${port}`];
  return known.includes(headers.host ?? "") ? undefined : "only for this machine";
}

function send(response: ServerResponse, type: string, body: string | Buffer, status = 200): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
  });
  response.end(body);
}

/** Changes when an epoch is finished: its line of metrics is the last thing that it writes. */
function stampOf(runFolder: string): string {
  return String(statSync(join(runFolder, "metrics.jsonl"), {throwIfNoEntry: false})?.mtimeMs ?? 0);
}

/** Null where a file was caught half written. */
async function regather(runFolder: string, memory: FileMemory): Promise<Gathered | null> {
  try {
    return await gather(runFolder, memory);
  } catch (error) {
    if (
      error instanceof SyntaxError ||
      error instanceof UserError ||
      (error as NodeJS.ErrnoException).code === "ENOENT"
    ) {
      return null;
    }
    throw error;
  }
}
