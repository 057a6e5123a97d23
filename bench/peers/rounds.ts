/** @file The way in which every peer talks to the bench: it reads a line and prints one measurement. */
import {createInterface} from "node:readline";

/** A peer's work. Each function returns how many images it did; rates are measured over about SECONDS seconds. */
export interface Peer {
  /** Trains on some images; absent if a peer cannot train. */
  train?(): Promise<number>;
  infer(): Promise<number>;
}

/** One measurement in the form in which a peer prints it. */
export interface Measurement {
  /**
   * How many images the peer does in a second, and in a second of processor time. With one thread, the second rate does
   * not depend on other work on the machine.
   */
  readonly train: number | null;
  readonly trainCpu: number | null;
  readonly infer: number;
  readonly inferCpu: number;
  /** The greatest resident set of the process so far, in MiB. */
  readonly peak: number;
}

const SECONDS = 1;

/** Answers each line of standard input with a measurement, the first one after a warm-up. */
export async function answerRounds(peer: Peer): Promise<void> {
  await peer.train?.();
  await peer.infer();
  console.log("ready");
  for await (const _ of createInterface({input: process.stdin})) {
    const [train, trainCpu] = peer.train ? await rates(peer.train) : [null, null];
    const [infer, inferCpu] = await rates(peer.infer);
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({train, trainCpu, infer, inferCpu, peak} satisfies Measurement));
  }
  process.exit(0);
}

async function rates(work: () => Promise<number>): Promise<[wall: number, cpu: number]> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  let images = 0;
  while (performance.now() - start < SECONDS * 1000) images += await work();
  const {user, system} = process.cpuUsage(before);
  return [images / ((performance.now() - start) / 1000), images / ((user + system) / 1e6)];
}
