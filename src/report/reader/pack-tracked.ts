import {type KeptQuestion, type Look, readTracked} from "../../pipeline/qa/files";
import {evenStops} from "../client/stops";
import type {Packer} from "../packer";
import type {ReaderFile, ShownTracked} from "./reader-file";

/** How many bytes a page may still carry of each kind. */
export interface Room {
  light: number;
  maps: number;
  nodes: number;
}

/** A tracked question, and the stops of the page: places in `looks`. */
export interface PackedOf {
  readonly folder: string;
  readonly place: number;
  readonly question: KeptQuestion;
  readonly looks: readonly Look[];
  /** The stops that kept attention and node values. */
  readonly inside: readonly number[];
  /** The stops at the beginning and the end of the phase change; empty if there was none. */
  readonly phase: readonly number[];
  /** The weights of the last layer are the same for all questions, so the first question brings them. */
  readonly isFirst: boolean;
}

const LIGHT = ["start", "end", "words.gradients", "words.lime", "head.slopes"] as const;
const NODES = ["context.first", "context.last", "output.last"] as const;

/**
 * Packs what a run kept of a tracked question: logits and words' weights of all stops, attention and node values of as
 * many as there is room for.
 *
 * @param room The room that is left; the bytes that are used are subtracted.
 * @param sharers How many questions share the room, including this one.
 * @returns Undefined if it has no room for the logits.
 */
export async function packTracked(of: PackedOf, pack: Packer, room: Room, sharers: number) {
  const {folder, place, question, looks, inside, phase, isFirst} = of;
  const {tokens = [], right = [0, 0] as const} = question.tracked ?? {};
  const lists: {[name: string]: ShownTracked["start"][number][]} = {};
  const attention: ShownTracked["attention"][number][] = [];
  const light = isFirst ? [...LIGHT, "qa_outputs.weight"] : LIGHT;
  let [maps, nodes]: (ReadonlySet<number> | undefined)[] = [];
  for (const [stop, {step}] of looks.entries()) {
    const arrays = await readTracked(folder, step, place);
    const layers = [...(arrays?.keys() ?? [])].filter((name) => name.startsWith("attention."));
    const countOf = (names: readonly string[]) =>
      names.reduce((sum, name) => sum + (arrays?.get(name)?.values.length ?? 0), 0);
    if (stop === 0) {
      const bytes = 4 * countOf(light) * looks.length;
      if (bytes > room.light) return undefined;
      room.light -= bytes;
    }
    if (stop === inside[0]) {
      maps = within(inside, phase, countOf(layers), room, "maps", sharers);
      nodes = within(inside, phase, 4 * countOf(NODES), room, "nodes", sharers);
    }
    const add = (name: string, isCarried = true) => {
      const found = isCarried ? arrays?.get(name) : undefined;
      lists[name] = [...(lists[name] ?? []), found ? pack.add(shortened(found.values), found.shape) : null];
    };
    for (const name of light) add(name);
    for (const name of NODES) add(name, nodes?.has(stop) === true);
    const packed = (name: string) => {
      const {values, shape} = arrays?.get(name) ?? {values: new Float32Array(0), shape: [0]};
      const shares = Uint8Array.from(values, (share) => Math.round(255 * share));
      return pack.add(shares, shape, 1 / 255);
    };
    attention.push(maps?.has(stop) && layers.length > 0 ? layers.map(packed) : null);
  }
  const shown: Omit<ShownTracked, "losses"> = {
    ...{place, tokens, right, attention},
    ...{start: lists.start, end: lists.end, gradients: lists["words.gradients"], lime: lists["words.lime"]},
    ...{slopes: lists["head.slopes"], first: lists["context.first"], last: lists["context.last"]},
    output: lists["output.last"],
  };
  return {shown, outputs: (lists["qa_outputs.weight"] ?? []) as ReaderFile["outputs"]};
}

/**
 * The stops for which there is room: the first and the last, those around the phase change, and others at even
 * distances.
 *
 * @param bytes How many bytes one stop takes.
 */
function within(
  stops: readonly number[],
  phase: readonly number[],
  bytes: number,
  room: Room,
  of: keyof Room,
  sharers: number,
): ReadonlySet<number> {
  const [most, share] = [room[of] / bytes, room[of] / sharers / bytes].map(Math.floor);
  const count = Math.max(share, Math.min(most, 2));
  if (count < 2) return new Set();
  const [from, to] = phase;
  const around =
    from === undefined ? [] : [stops.findLastIndex((stop) => stop <= from), stops.findIndex((stop) => stop >= to)];
  const chosen = evenStops(stops.length - 1, count, count > 4 ? around : []);
  room[of] -= chosen.length * bytes;
  return new Set(chosen.map((n) => stops[n]));
}

/** Rounds to 12 binary places, which is enough for a picture and packs well. */
function shortened(values: Float32Array): Float32Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] + 0x800) & 0xfffff000;
  return new Float32Array(bits.buffer);
}
