/** @file How a queue's Postgres is reached: the only file that loads pg. */
import {setTimeout as wait} from "node:timers/promises";

import {optionalPackage} from "../../nouns/optional-package";
import type {Server} from "./queue-server";
import {postgresAddress} from "./queue-url";

/** Milliseconds in which a server must answer. */
const PATIENCE = 5000;

/** Connections of a queue at most. */
const CONNECTIONS = 4;

/**
 * BullMQ keeps a queue in Postgres by the same calls as in Redis; it makes the tables that it needs in a schema of its own.
 *
 * @throws UserError if a package is missing, or the address is none.
 */
export async function postgresServer(url: string, password: string): Promise<Server> {
  const {Client} = (await optionalPackage("pg", "a queue in Postgres", () => import("pg"))).default;
  const {createPostgresBackend} = await optionalPackage("bullmq", "a queue of workers", () => import("bullmq"));
  const address = postgresAddress(url, password);
  return {
    kind: "a Postgres",
    connection: {...address, max: CONNECTIONS, migrate: true},
    backend: createPostgresBackend,
    async ask() {
      const client = new Client({...address, connectionTimeoutMillis: PATIENCE});
      client.on("error", () => {}); // whoever asks is told below
      const late = new AbortController();
      try {
        const silence = wait(PATIENCE, undefined, {signal: late.signal}).then(() => {
          throw new Error(`no answer within ${PATIENCE / 1000} seconds`);
        });
        await Promise.race([silence, client.connect().then(() => client.query("SELECT 1"))]);
      } finally {
        late.abort();
        void client.end().catch(() => undefined);
      }
    },
  };
}
