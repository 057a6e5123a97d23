import type {LayerFacts} from "../../report-file";
import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {int, plural, seconds} from "../format";

const KEYS: readonly (readonly [string, string])[] = [
  ["← →", "epoch before, after (in the matrix: cell; in a row of choices: choice)"],
  ["Home End", "first, last epoch"],
  ["Space", "play or pause"],
  ["C", "compare two epochs"],
  ["J K", "next, previous of the list"],
  ["Shift ← → ↑ ↓", "on the map: the next dot; in the list: the next image"],
  ["?", "all explanations on or off"],
  ["T", "light or dark"],
  ["Esc", "clear the selection"],
];

/** The keys of a page with more than one question: a number for each question, in the order of the row. */
function questionKeys({training, layers, reasons, file}: Data): readonly (readonly [string, string])[] {
  const asked = [
    ...["answers", training && "training set", layers && "layers", file.runs && "runs"],
    reasons.length > 0 && "why",
  ].filter(Boolean);
  const keys: [string, string][] = [];
  if (asked.length > 1) keys.push([asked.map((_, n) => n + 1).join(" "), `questions: ${asked.join(", ")}`]);
  if (training) keys.push(["G S D U", "training set: keep the label, take the suggested one, drop the image, undo"]);
  return keys;
}

/** Options that repeat other facts on the page, or that concern only the machine. */
const UNSAID = new Set(["save", "name", "seed", "quiet", "verbose", "color", "probes"]);

/** The value of a limit that the user did not give (src/pipeline/run/options.ts). */
const WITHOUT_LIMIT = 1e9;

/** A layer's output without the batch, such as "28 × 28 × 1". */
function shape({outputShape}: LayerFacts): string {
  return outputShape.filter((size) => size !== null).join(" × ");
}

/** Shows everything that is needed to say how the run was made. */
export function mountAbout(data: Data): HTMLElement {
  const {run, metrics} = data.file;
  const terms = (rows: readonly (readonly [string, string | undefined])[]) =>
    h("dl", {}, ...rows.flatMap(([term, told]): Kid[] => (told ? [h("dt", {}, term), h("dd", {}, told)] : [])));
  const words = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  /** An object by its name and its reason if it has them (augmentation); its numbers are shown among the options. */
  const value = (given: unknown): string => {
    if (typeof given !== "object" || given === null) return String(given);
    const {name, why} = given as {name?: unknown; why?: unknown};
    if (typeof name === "string") return typeof why === "string" ? `${name} (${why})` : name;
    return JSON.stringify(given);
  };
  /** Whether an option belongs to another kind of network. */
  const isOfOthers = (name: string) => /^(mlp|vit)\./.test(name) && !name.startsWith(run.model.name);
  const options = (given: {readonly [name: string]: unknown}) =>
    Object.entries(given).flatMap(([name, set]): [string, string][] =>
      UNSAID.has(name) || isOfOthers(name) || set === undefined || set === null || set === "" || set === WITHOUT_LIMIT
        ? []
        : [[words(name), value(set)]],
    );
  const head = (...names: string[]) =>
    h("thead", {}, h("tr", {}, ...names.map((name) => h("th", {scope: "col"}, name))));
  const layers = run.model.layers.map((layer) =>
    h(
      "tr",
      {},
      h("th", {scope: "row"}, layer.name, " ", h("small", {}, layer.type)),
      h("td", {}, shape(layer)),
      h("td", {}, layer.parameters ? int(layer.parameters) : "–"),
    ),
  );
  const sum = h(
    "tr",
    {class: "sum"},
    h("th", {scope: "row"}, "Together"),
    h("td"),
    h("td", {}, int(run.model.parameters)),
  );
  const network = h("table", {class: "layers"}, head("Layer", "Output", "Weights"), h("tbody", {}, ...layers, sum));
  const trained = metrics.filter(({epoch}) => epoch > 0);
  const mean = trained.reduce((total, row) => total + row.seconds.train, 0) / (trained.length || 1);
  const started = new Date(run.startedAt);
  const made = Number.isNaN(started.getTime())
    ? run.startedAt
    : started.toLocaleString("en-GB", {dateStyle: "long", timeStyle: "short"});
  const {engine, processor} = run;
  const threads = engine.threads ? `, ${int(engine.threads)} ${engine.threads === 1 ? "thread" : "threads"}` : "";
  const {moreTest} = run.data;
  const more = moreTest ? ` and shown here, ${int(moreTest)} more to test by the loss and the accuracy alone` : "";
  const facts = terms([
    ["Run", run.name],
    ["Made", made],
    [
      "Data",
      `${run.data.name}: ${int(run.data.train)} to train, ${int(run.data.validation)} to validate, ${int(run.data.test)} to test${more}`,
    ],
    ["Digest", run.data.digest ? `${run.data.digest.slice(0, 16)}…` : undefined],
    ["Seed", String(run.seed)],
    [
      "Engine",
      `${engine.name}${engine.version ? ` ${engine.version}` : ""}${threads}${engine.why ? ` (${engine.why})` : ""}`,
    ],
    [
      "Processor",
      `${processor.name}, ${plural(processor.cores, "core")}, ${processor.memoryGiB} GiB, ${processor.platform}`,
    ],
    ["Time", trained.length ? `${seconds(mean)} of training an epoch` : undefined],
    [
      "Versions",
      Object.entries(run.versions ?? {})
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ]);
  const probes = Object.entries(run.probes ?? {}).filter(([, given]) => Object.keys(given ?? {}).length > 0);
  const keys = h(
    "dl",
    {class: "keys"},
    ...[...KEYS, ...questionKeys(data)].flatMap(([pressed, does]) => [
      h("dt", {}, ...pressed.split(" ").map((key) => h("kbd", {}, key))),
      h("dd", {}, does),
    ]),
  );
  const failures = metrics.flatMap(({epoch, failures: failed = {}}) =>
    Object.entries(failed).map(([probe, why]) => h("li", {}, `Epoch ${epoch}, ${probe}: ${why}`)),
  );
  const body = h(
    "div",
    {class: "about-grid"},
    h("div", {}, h("h3", {}, "Network"), network),
    h("div", {}, h("h3", {}, "Run"), facts),
    h("div", {class: "about-options"}, h("h3", {}, "Options"), terms(options({...run.options, ...run.training}))),
    ...probes.map(([probe, given]) => h("div", {}, h("h3", {}, `Probe ${probe}`), terms(options(given)))),
    h("div", {class: "about-keys"}, h("h3", {}, "Keys"), keys),
    failures.length > 0 && h("div", {}, h("h3", {}, "Probes that failed"), h("ul", {}, ...failures)),
  );
  const details = h("details", {class: "panel about"}, h("summary", {}, h("h2", {}, "How this was made")), body);
  return details;
}
