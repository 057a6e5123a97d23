import {existsSync, readFileSync, statSync} from "node:fs";
import {createServer, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {visible} from "../escape/visible";
import {UserError} from "../nouns/options";
import {checkOwnFiles} from "../pipeline/record/own-files";
import {type RunProgress, readProgress} from "../pipeline/record/run-progress";
import {answering, beginEvents, event, send} from "./answering";
import {DEMO_FILE} from "./demo-beside";
import {fileMemory} from "./file-memory";
import {gather} from "./gather/index";
import {page} from "./page";
import {shellOf} from "./shell";

export interface ReportServer {
  /** The address of the page: `http://127.0.0.1:<port>/`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The port; 0 means any free one. */
  readonly port?: number;
  /** How many milliseconds lie between two looks at the folder. */
  readonly interval?: number;
  /** Whether the best network goes into the page, even if the run's options do not say so. */
  readonly pageModel?: boolean;
  /** Called with one line that says why the folder cannot be read now, once for each reason. */
  readonly say?: (line: string) => void;
}

/**
 * How many looks at the folder must fail in the same way before it is reported, because a file may be read while it
 * changes.
 */
const PATIENCE = 2;
/** The most pages and other readers at the same time. */
const MOST_CONNECTIONS = 100;

/**
 * Serves a run's report, to this machine only. It tells open pages when the run has written more, how far it is while
 * it trains, and when it has ended. Clients can ask for the page, its facts, its arrays and the events; and for the
 * page that learns, if it is in the folder. If a file of the run cannot be read, the pages are told the reason and keep
 * their data; when it becomes readable, it is served again.
 *
 * @throws UserError if the folder holds no run, or the port is taken.
 */
export async function serveReport(
  runFolder: string,
  {port = 0, interval = 1000, say = () => {}, pageModel = false}: ServeOptions = {},
): Promise<ReportServer> {
  const shell = await shellOf("report");
  const memory = fileMemory();
  await checkOwnFiles(runFolder);
  let gathered = await gather(runFolder, memory, {pageModel});
  const demoPath = join(runFolder, DEMO_FILE);
  const demo = existsSync(demoPath) ? readFileSync(demoPath) : undefined;
  let seen = stampOf(runFolder);
  let trouble = "";
  let progress: RunProgress | null = null;
  const listeners = new Set<ServerResponse>();
  const tell = (name: string, data: unknown) => {
    for (const listener of listeners) listener.write(event(name, data));
  };

  const answer = answering(
    {
      "/": (response) => send(response, "text/html; charset=utf-8", page(shell, gathered, true)),
      "/run.json": (response) => send(response, "application/json", JSON.stringify(gathered.file)),
      "/run.bin": (response) => send(response, "application/octet-stream", Buffer.concat(gathered.parts)),
      ...(demo ? {[`/${DEMO_FILE}`]: (response) => send(response, "text/html; charset=utf-8", demo)} : {}),
      "/events": (response) => {
        beginEvents(response);
        if (trouble) response.write(event("trouble", trouble));
        if (progress) response.write(event("progress", progress));
        listeners.add(response);
        response.on("close", () => listeners.delete(response));
      },
    },
    () => (server.address() as AddressInfo).port,
  );
  const server = createServer(answer);
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      reject(taken ? new UserError(`--port: expected a free port, got ${port} (${error.code})`) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });

  /** Reads the run again if it has written more. @throws Error for any fault of its files. */
  const look = async () => {
    const next = await readProgress(runFolder);
    const stamp = stampOf(runFolder);
    if (stamp !== seen) {
      gathered = await gather(runFolder, memory, {pageModel});
      seen = stamp;
      trouble = "";
      tell("written", "");
    }
    if (next && JSON.stringify(next) !== JSON.stringify(progress)) tell("progress", next);
    // the last files of the run were reported before, because its end is the last event that a page gets
    if (progress && !next) tell("ended", {epoch: gathered.file.metrics.at(-1)?.epoch ?? 0, epochs: progress.epochs});
    progress = next;
  };
  let failures = 0;
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .then(() => {
        failures = 0;
      })
      .catch((error: Error) => {
        const words = visible(error.message);
        if (++failures < PATIENCE || words === trouble) return;
        trouble = words;
        tell("trouble", trouble);
        say(trouble);
      })
      .finally(() => {
        looking = false;
      });
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

/** A key that changes when an epoch is finished, because its line of metrics is the last thing that an epoch writes. */
function stampOf(runFolder: string): string {
  return String(statSync(join(runFolder, "metrics.jsonl"), {throwIfNoEntry: false})?.mtimeMs ?? 0);
}
