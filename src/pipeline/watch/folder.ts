import {join, resolve} from "node:path";
import {UserError} from "../../nouns/options";
import {type Entry, entriesOf, isSystemName} from "../data/images/folder-entries";

/** The kinds of files that can be a checkpoint. */
export type CheckpointKind = "onnx" | "state" | "tfjs" | "answers";

/** The file or files that another program wrote at an epoch. */
export interface Checkpoint {
  readonly epoch: number;
  /** The file's name in the folder. */
  readonly name: string;
  readonly kind: CheckpointKind;
  /** The path of the file, or of the folder of a tfjs model or of .npy files. */
  readonly path: string;
}

/** The content of a folder that is watched. */
export interface Checkpoints {
  /** The checkpoints by their epochs, ascending. */
  readonly all: readonly Checkpoint[];
  /** The graph for files that contain only weights. */
  readonly graph?: string;
  /** Notes that say what was left out, and why, one line each. */
  readonly notes: readonly string[];
}

const KINDS: readonly (readonly [RegExp, CheckpointKind])[] = [
  [/\.onnx$/i, "onnx"],
  [/\.(safetensors|pt|pth|ckpt)$/i, "state"],
  [/\.npz$/i, "answers"],
];

/**
 * The checkpoints in a folder, by the number in their names. If there are several kinds, the one with the most files
 * counts.
 *
 * @param model The graph that `--model` names; "" for none.
 * @throws UserError if two have the same number, or if there are weights without a graph.
 */
export async function checkpointsIn(
  folder: string,
  {pattern, model, data}: {readonly pattern: string; readonly model: string; readonly data: string},
): Promise<Checkpoints> {
  const entries = (await entriesOf(folder)).filter(({name}) => !isSystemName(name));
  const epochOf = pattern === "" ? numberIn : matching(pattern);
  const found: Checkpoint[] = [];
  const graphs: string[] = [];
  const notes: string[] = [];
  const unnumbered: string[] = [];
  for (const entry of entries) {
    const kind = await kindOf(entry);
    if (!kind || resolve(entry.path) === resolve(data)) continue;
    const epoch = epochOf(entry.name);
    if (kind === "onnx" && (epoch === undefined || /^(graph|model)\.onnx$/i.test(entry.name))) graphs.push(entry.path);
    if (epoch === undefined) {
      if (kind !== "onnx") unnumbered.push(entry.name);
    } else found.push({epoch, name: entry.name, kind, path: entry.path});
  }
  const kinds = [...new Set(found.map(({kind}) => kind))];
  const counted = kinds.map((kind) => ({kind, count: found.filter((one) => one.kind === kind).length}));
  const hasGraph = model !== "" || graphs.length > 0;
  const weight = ({kind, count}: (typeof counted)[number]) =>
    kind === "state" && hasGraph ? Number.POSITIVE_INFINITY : count;
  const [chosen] = counted.sort((a, b) => weight(b) - weight(a));
  const all = found.filter(({kind}) => kind === chosen?.kind).sort((a, b) => a.epoch - b.epoch);
  const graph = chosen?.kind === "state" ? model || graphFor(folder, graphs, found, all[0]) : undefined;
  const others = found.filter(({kind, path}) => kind !== chosen?.kind && path !== graph).map(({name}) => name);
  if (others.length > 0)
    notes.push(`${folder}: left out ${few(others)}: the checkpoints are the ${all.length} like ${all[0].name}`);
  if (unnumbered.length > 0) notes.push(`${folder}: left out ${few(unnumbered)}: no number of an epoch in the name`);
  const twice = all.find(({epoch}, i) => all[i + 1]?.epoch === epoch);
  if (twice) {
    const [a, b] = all.filter(({epoch}) => epoch === twice.epoch);
    throw new UserError(`${folder}: expected one checkpoint for epoch ${twice.epoch}, got ${a.name} and ${b.name}`);
  }
  return {all, notes, ...(graph === undefined ? {} : {graph})};
}

/** The only graph beside the weights. */
function graphFor(folder: string, graphs: readonly string[], found: readonly Checkpoint[], like: Checkpoint): string {
  const numbered = found.filter(({kind}) => kind === "onnx").map(({path}) => path);
  const all = graphs.length > 0 ? graphs : numbered;
  if (all.length === 1) return all[0];
  const got = all.length === 0 ? "none" : few(all.map((path) => path.slice(folder.length + 1)));
  throw new UserError(`${folder}: expected one .onnx file, the graph of ${like.name}, got ${got} (--model names it)`);
}

async function kindOf({name, path, kind}: Entry): Promise<CheckpointKind | undefined> {
  if (kind === "file") return KINDS.find(([ending]) => ending.test(name))?.[1];
  if (kind !== "folder") return undefined;
  const names = (await entriesOf(path)).filter((entry) => entry.kind === "file").map((entry) => entry.name);
  if (names.includes("model.json")) return "tfjs";
  return names.some((own) => /^(logits|probabilities)\.npy$/.test(own)) ? "answers" : undefined;
}

/** The number after "epoch", else the last one: "epoch=3-step=1200.ckpt" is 3, "resnet18-e5.pt" is 5. */
export function numberIn(name: string): number | undefined {
  const stem = name.replace(/\.[a-z]+$/i, "");
  const word = /epochs?[^0-9a-z]{0,3}(\d{1,9})(?!\d)/i.exec(stem)?.[1] ?? stem.match(/(?<!\d)\d{1,9}(?!\d)/g)?.at(-1);
  return word === undefined ? undefined : Number(word);
}

/**
 * Gives a function that finds the epoch in a name by the user's pattern: {epoch} stands for digits, * for anything.
 * @throws UserError if it has no place for the epoch.
 */
function matching(pattern: string): (name: string) => number | undefined {
  if (pattern.split("{epoch}").length !== 2) {
    throw new UserError(`--pattern: expected {epoch} once, where the number stands, got "${pattern}"`);
  }
  const source = pattern
    .split("{epoch}")
    .map((part) =>
      part
        .split("*")
        .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*"),
    )
    .join("(\\d{1,9})");
  const whole = new RegExp(`^${source}$`);
  return (name) => {
    const word = whole.exec(name)?.[1];
    return word === undefined ? undefined : Number(word);
  };
}

function few(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** All files of a checkpoint, its own first. */
export async function filesOf({kind, path}: Checkpoint): Promise<string[]> {
  if (kind !== "tfjs" && !(kind === "answers" && !/\.npz$/i.test(path))) return [path];
  const files = (await entriesOf(path)).filter((entry) => entry.kind === "file" && !isSystemName(entry.name));
  return files.map(({name}) => join(path, name));
}
