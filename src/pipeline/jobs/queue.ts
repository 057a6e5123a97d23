/** @file The queue. This is the only file that uses BullMQ and Redis; they are loaded when they are needed. */
import {setTimeout as wait} from "node:timers/promises";
import type {Job, JobsOptions} from "bullmq";

import {optionalPackage} from "../../nouns/optional-package";
import {UserError} from "../../nouns/options";
import {inOneLine} from "../../nouns/system-errors";
import {redisAddress, shownAddress} from "./queue-url";

/** How many times a task may fail, and how many workers it may bring down, before it is given up. */
export const ATTEMPTS = 3;

/** A task as it waits in the queue. It contains no pixels, no weights and no path of a machine. */
export interface QueuedTask {
  /** The run's name in the folder of runs. */
  readonly run: string;
  readonly subject: object;
}

/** A worker's message about a finished task; the result itself is in the store. */
export interface QueuedAnswer {
  readonly said: readonly string[];
}

export type QueuedJob = Job<QueuedTask, QueuedAnswer>;

/** The settings of a queue. */
export interface QueueOptions {
  readonly url: string;
  /** The password, if the address has none. */
  readonly password?: string;
  /**
   * The queue's name. Programs that compute the same results share one name, so an older program never sees the tasks
   * of a newer one.
   */
  readonly name: string;
  /** Called with each problem after which the program tries again. */
  readonly say?: (line: string) => void;
}

/** Opens the packages and the connection. @throws UserError in one line, without a password, if either is missing. */
export async function openQueue({url, password, say = () => {}}: QueueOptions) {
  const bullmq = await optionalPackage("bullmq", "a queue of workers", () => import("bullmq"));
  const {Redis} = await optionalPackage("ioredis", "a queue of workers", () => import("ioredis"));
  const address = redisAddress(url, password);
  const ask = () => checkAnswers(() => new Redis({...address, ...ONCE}), url);
  await ask();
  const connection = {...address, maxRetriesPerRequest: null}; // it goes on when the server is back
  let isTold = false;
  const trouble = (error: Error) => {
    if (isTold) return;
    isTold = true; // one line, not one for each try
    say(`${shownAddress(url)}: expected an answer, got ${inOneLine(error)}; it is tried again`);
  };
  /** Whether the server is there now. */
  const isThere = () =>
    ask().then(
      () => true,
      () => false,
    );
  return {bullmq, connection, trouble, isThere};
}

/** Milliseconds in which a server must answer. */
const PATIENCE = 5000;

const ONCE = {lazyConnect: true, connectTimeout: PATIENCE, maxRetriesPerRequest: 0, retryStrategy: () => null} as const;

interface Asked {
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(): void;
  on(event: "error", told: (error: Error) => void): unknown;
}

async function checkAnswers(make: () => Asked, url: string): Promise<void> {
  const redis = make();
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
    const got = inOneLine(last ?? error);
    throw new UserError(`${shownAddress(url)}: expected a Redis that answers, got ${got}`, {code: "NOT_FOUND"});
  } finally {
    late.abort();
    redis.disconnect();
  }
}

/**
 * The options with which a task is put into the queue. Its name is the digest of its question, so asking twice adds
 * nothing.
 */
export function jobOptions(id: string): JobsOptions {
  return {
    jobId: id,
    attempts: ATTEMPTS,
    backoff: {type: "exponential", delay: 500},
    removeOnComplete: true, // the store has the result
    removeOnFail: true, // whoever asks again may have it tried again
  };
}
