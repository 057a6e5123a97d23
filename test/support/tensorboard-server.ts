import {execFileSync, spawn} from "node:child_process";
import {createServer} from "node:net";

/** A Python that has PyPI's tensorboard: `PYTHON`, else python3. */
export const PYTHON = process.env.PYTHON ?? "python3";

/** @throws Error if that Python has no tensorboard. */
export function expectTensorBoard(): void {
  try {
    execFileSync(PYTHON, ["-c", "import tensorboard"], {stdio: "pipe"});
  } catch {
    throw new Error(`${PYTHON}: expected a Python with tensorboard (pip install tensorboard, or set PYTHON), got none`);
  }
}

export interface TensorBoardServer {
  /** Asks for a path such as "/data/runs"; with a body, by POST. */
  json<T>(path: string, query?: {readonly [name: string]: string}, body?: unknown): Promise<T>;
  fetch(path: string, query?: {readonly [name: string]: string}, body?: unknown): Promise<Response>;
  close(): Promise<void>;
}

/** TensorBoard itself on a folder, as its own command starts it, once it has read what is there. */
export async function serveTensorBoard(logdir: string): Promise<TensorBoardServer> {
  const port = await freePort();
  const flags = ["--logdir", logdir, "--host", "127.0.0.1", "--port", `${port}`];
  const child = spawn(PYTHON, ["-m", "tensorboard.main", ...flags], {stdio: ["ignore", "ignore", "pipe"]});
  let words = "";
  child.stderr.on("data", (chunk) => (words += chunk));
  const closed = new Promise<void>((done) => child.on("close", () => done()));
  const ask = async (path: string, query = {}, body?: unknown) => {
    const url = `http://127.0.0.1:${port}${path}?${new URLSearchParams(query)}`;
    const response = await fetch(url, body === undefined ? {} : {method: "POST", body: JSON.stringify(body)});
    if (!response.ok) throw new Error(`${path}: expected 200, got ${response.status}: ${await response.text()}`);
    return response;
  };
  for (let isRead = false; !isRead; await new Promise((done) => setTimeout(done, 500))) {
    if (child.exitCode !== null) throw new Error(`tensorboard: expected it to go on, got: ${words}`);
    const runs = (await ask("/data/runs")
      .then((response) => response.json())
      .catch(() => [])) as string[];
    isRead = runs.length > 0; // until the first pass over the files is done there are none
  }
  return {
    fetch: ask,
    json: async (path, query, body) => (await ask(path, query, body)).json(),
    async close() {
      child.kill();
      await closed;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === "string") throw new Error("port: expected a number, got none");
  return address.port;
}
