import type {Maker} from "./model-file";

const makers = new Map<string, Maker>();

/** From now on `--model NAME` means this function, in this process: `models` of epochscope.config.ts says so. */
export function registerModel(name: string, maker: Maker): void {
  makers.set(name, maker);
}

/** The function that a name stands for, if any. */
export function registeredModel(name: string): Maker | undefined {
  return makers.get(name);
}

/** The names, in the order in which they came. */
export function registeredModels(): readonly string[] {
  return [...makers.keys()];
}
