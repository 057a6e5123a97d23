/** @file How a queue's Redis is reached: the only file that loads ioredis. */
import {setTimeout as wait} from "node:timers/promises";

import {optionalPackage} from "../../nouns/optional-package";
import type {Server} from "./queue-server";
import {redisAddress} from "./queue-url";

/** Milliseconds in which a server must answer. */
const PATIENCE = 5000;

const ONCE = {lazyConnect: true, connectTimeout: PATIENCE, maxRetriesPerRequest: 0, retryStrategy: () => null} as const;

/** @throws UserError if the package is missing, or the address is none. */
export async function redisServer(url: string, password: string): Promise<Server> {
  const {Redis} = await optionalPackage("ioredis", "a queue of workers", () => import("ioredis"));
  const address = redisAddress(url, password);
  return {
    kind: "a Redis",
    connection: {...address, maxRetriesPerRequest: null}, // it continues when the server is back
    backend: undefined,
    async ask() {
      const redis = new Redis({...address, ...ONCE});
      let last: Error | undefined;
      redis.on("error", (error) => {
        last = error;
      });
      const late = new AbortController();
      try {
        // whatever listens there may take the connection, and never say a word
        const silence = wait(PATIENCE, undefined, {signal: late.signal}).then(() => {
          throw new Error(`no answer within ${PATIENCE / 1000} seconds`);
        });
        await Promise.race([silence, redis.connect().then(() => redis.ping())]);
      } catch (error) {
        throw last ?? error;
      } finally {
        late.abort();
        redis.disconnect();
      }
    },
  };
}
