import type {Data} from "./data";
import type {SliceName} from "./slices";
import type {Selection, State, ViewName} from "./state";

/**
 * The settings in an address: `#e=3&b=5&img=12&cell=7-2`, `slice=camera&is=2` (twice for two slices), and
 * `v=training&t=25` for another view. An epoch is given by its number, not by its place in the timeline.
 */
export interface View {
  readonly view?: ViewName;
  /** The row of a training image; the address contains its place in the split. */
  readonly sample?: number;
  readonly stop?: number;
  readonly other?: number;
  readonly image?: number;
  readonly selection?: Selection;
  readonly slices?: readonly SliceName[];
}

const VIEWS: readonly ViewName[] = ["answers", "training", "layers", "runs", "why"];

/** Reads an address; parts that this run does not have are left out. */
export function readAddress(
  hash: string,
  data: Pick<Data, "epochs" | "count" | "classes"> & Partial<Pick<Data, "training" | "layers" | "file" | "reasons">>,
): View {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const whole = (name: string) => {
    const text = query.get(name);
    return text !== null && /^\d+$/.test(text) ? Number(text) : -1;
  };
  const stop = data.epochs.indexOf(whole("e"));
  const other = data.epochs.indexOf(whole("b"));
  const image = whole("img");
  const selection = readSelection(query, data.classes);
  const sample = data.training?.rowOf(whole("t")) ?? -1;
  const view = VIEWS.find((name) => name === query.get("v"));
  return {
    ...(view && viewIsThere(view, data) ? {view} : {}),
    ...(sample >= 0 ? {sample} : {}),
    ...(stop >= 0 ? {stop} : {}),
    ...(other >= 0 ? {other} : {}),
    ...(image >= 0 && image < data.count ? {image} : {}),
    ...(selection ? {selection} : {}),
    ...(query.has("slice") ? {slices: slicesNamed(query)} : {}),
  };
}

function viewIsThere(view: ViewName, data: Partial<Pick<Data, "training" | "layers" | "file" | "reasons">>): boolean {
  if (view === "runs") return Boolean(data.file?.runs);
  if (view === "why") return (data.reasons ?? []).length > 0;
  return view === "answers" || Boolean(data[view]);
}

function readSelection(query: URLSearchParams, classes: number): Selection | undefined {
  const cell = /^(\d+)-(\d+)$/.exec(query.get("cell") ?? "");
  if (cell) {
    const [actual, predicted] = [Number(cell[1]), Number(cell[2])];
    return actual < classes && predicted < classes ? {kind: "cell", actual, predicted} : undefined;
  }
  const list = query.get("list");
  return list === "fixed" || list === "broken" || list === "explained" ? {kind: list} : undefined;
}

function slicesNamed(query: URLSearchParams): readonly SliceName[] {
  const values = query.getAll("is");
  return query.getAll("slice").map((field, n) => ({field, value: values[n] ?? ""}));
}

/** The address that restores a view. A lasso is not kept, because it has no name. */
export function writeAddress(
  {stop, other, image, selection, slices, view, sample}: State,
  {epochs, training}: Pick<Data, "epochs"> & Partial<Pick<Data, "training">>,
): string {
  const query = new URLSearchParams({e: String(epochs[stop]), img: String(image)});
  if (view !== undefined && view !== "answers") query.set("v", view);
  if (view === "training" && training) query.set("t", String(training.place(sample)));
  if (other !== null) query.set("b", String(epochs[other]));
  if (selection.kind === "cell") query.set("cell", `${selection.actual}-${selection.predicted}`);
  else if (selection.kind !== "mistakes" && selection.kind !== "lasso") query.set("list", selection.kind);
  for (const {field, value} of slices) {
    query.append("slice", field);
    query.append("is", value);
  }
  return `#${query}`;
}
