import type {Config} from "./config";

/** How many times the network is looked at in the first epoch, where most changes, and at most in a later one. */
const [FIRST_EPOCH, LATER_EPOCH] = [16, 6];
/** How many times it is looked at in all later epochs together, if there are many. */
const LATER = 24;

export const batchesOf = ({train}: Config, batchSize: number): number => Math.ceil(train / batchSize);

/** The steps after which the network is looked at, in rising order: 0 first, the last step last. */
export function stopsOf(config: Config, batchSize: number): number[] {
  const batches = batchesOf(config, batchSize);
  const later = Math.max(1, Math.min(LATER_EPOCH, Math.floor(LATER / Math.max(1, config.epochs - 1))));
  const stops = new Set([0]);
  for (let epoch = 0; epoch < config.epochs; epoch++) {
    const parts = epoch === 0 ? FIRST_EPOCH : later;
    for (let part = 1; part <= parts; part++) stops.add(Math.max(1, Math.round((epoch + part / parts) * batches)));
  }
  return [...stops].sort((a, b) => a - b);
}
