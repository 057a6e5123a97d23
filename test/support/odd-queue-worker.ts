/** @file A worker process of a queue, whose tasks do what a test wants: URL, queue's name, store, seconds of its lock. */
import {setTimeout as wait} from "node:timers/promises";

import {serveQueue} from "../../src/pipeline/jobs/serve-queue";
import {NotNow} from "../../src/pipeline/jobs/workers";
import {resultStore} from "../../src/pipeline/record/result-store";

const [url, name, store, lock] = process.argv.slice(2);
const tell = (line: string) => process.stdout.write(`${line}\n`);
const results = resultStore(store);
const later = new Set<string>();

async function main(): Promise<void> {
  await serveQueue({
    ...{url, name, places: 1, lock: Number(lock)},
    async work(id, {subject}) {
      const {act, value} = subject as {readonly act: string; readonly value: number};
      tell(`start ${value}`);
      if (act === "die") process.exit(9);
      if (act === "later" && !later.has(id)) {
        later.add(id);
        throw new NotNow("another is at it");
      }
      if (await results.read(id)) return {said: []};
      await wait(100);
      await results.keep(id, Uint8Array.of(value, value + 1));
      tell(`done ${value}`);
      return {said: []};
    },
  });
  tell("ready");
}

void main();
