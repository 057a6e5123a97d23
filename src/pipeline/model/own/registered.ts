import type {Maker} from "./model-file";

const makers = new Map<string, Maker>();

/**
 * Registers a function: from now on, `--model NAME` means this function in this process; the functions come from
 * `models` in epochscope.config.ts.
 */
export function registerModel(name: string, maker: Maker): void {
  makers.set(name, maker);
}

/** The function that is registered under a name, if there is one. */
export function registeredModel(name: string): Maker | undefined {
  return makers.get(name);
}

/** The names, in the order in which they were registered. */
export function registeredModels(): readonly string[] {
  return [...makers.keys()];
}
