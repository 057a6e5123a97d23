/** @file The queue. Only this file and those of its servers use BullMQ, which is loaded when it is needed. */
import type {ConnectionOptions, Job, JobsOptions} from "bullmq";

import {optionalPackage} from "../../nouns/optional-package";
import {UserError} from "../../nouns/options";
import {inOneLine} from "../../nouns/system-errors";
import type {Server} from "./queue-server";
import {isPostgres, shownAddress} from "./queue-url";

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

/**
 * A task as it stands in the queue. Its subject is a text, because Postgres would return its fields in another order.
 */
export interface QueuedData {
  readonly run: string;
  readonly subject: string;
}

export type QueuedJob = Job<QueuedData, QueuedAnswer>;

/** A task as it stands in the queue. */
export function dataOf({run, subject}: QueuedTask): QueuedData {
  return {run, subject: JSON.stringify(subject)};
}

/** The task that stands in the queue. @throws SyntaxError if a stranger has put something else there. */
export function taskOf({run, subject}: QueuedData): QueuedTask {
  return {run, subject: JSON.parse(subject)};
}

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
export async function openQueue({url, password = "", say = () => {}}: QueueOptions) {
  const bullmq = await optionalPackage("bullmq", "a queue of workers", () => import("bullmq"));
  const server = await serverOf(url, password);
  await server.ask().catch((error) => {
    throw new UserError(`${shownAddress(url)}: expected ${server.kind} that answers, got ${inOneLine(error)}`, {
      code: "NOT_FOUND",
    });
  });
  let isTold = false;
  const trouble = (error: Error) => {
    if (isTold) return;
    isTold = true; // one line, not one for each try
    say(`${shownAddress(url)}: expected an answer, got ${inOneLine(error)}; it is tried again`);
  };
  /** Whether the server is there now. */
  const isThere = () =>
    server.ask().then(
      () => true,
      () => false,
    );
  const connection = server.connection as ConnectionOptions;
  const backend = (server.backend === undefined ? [] : [server.backend]) as [];
  return {bullmq, connection, backend, trouble, isThere};
}

async function serverOf(url: string, password: string): Promise<Server> {
  const {postgresServer}: typeof import("./queue-postgres") = require("./queue-postgres");
  const {redisServer}: typeof import("./queue-redis") = require("./queue-redis");
  return isPostgres(url) ? postgresServer(url, password) : redisServer(url, password);
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
