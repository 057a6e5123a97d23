/** @file How a queue's Postgres is reached: by BullMQ, which loads the package pg. */
import {setTimeout as wait} from "node:timers/promises";
import type {PostgresPoolConfig} from "bullmq";

import {optionalPackage} from "../../nouns/optional-package";
import {UserError} from "../../nouns/options";
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
  const bullmq = await optionalPackage("bullmq", "a queue of workers", () => import("bullmq"));
  const address = postgresAddress(url, password);
  const connect = (): InstanceType<typeof bullmq.PostgresConnection> => {
    try {
      return new bullmq.PostgresConnection({
        ...address,
        max: 1,
        connectionTimeoutMillis: PATIENCE,
      } as PostgresPoolConfig);
    } catch (error) {
      if (!`${error}`.includes("could not load the optional 'pg' package")) throw error;
      throw new UserError("a queue in Postgres: expected the package pg, got none; npm install pg", {
        ...{code: "MISSING_PACKAGE", cause: error},
      });
    }
  };
  await connect().close(); // nothing is asked yet: the package is there
  return {
    kind: "a Postgres",
    connection: {...address, max: CONNECTIONS, migrate: true},
    backend: bullmq.createPostgresBackend,
    async ask() {
      const asked = connect();
      asked.on("error", () => {}); // whoever asks is told below
      const late = new AbortController();
      try {
        const silence = wait(PATIENCE, undefined, {signal: late.signal}).then(() => {
          throw new Error(`no answer within ${PATIENCE / 1000} seconds`);
        });
        await Promise.race([silence, asked.pool.query("SELECT 1")]);
      } finally {
        late.abort();
        void asked.close().catch(() => undefined);
      }
    },
  };
}
