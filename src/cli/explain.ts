import {readFile} from "node:fs/promises";
import {basename, join, resolve} from "node:path";

import {limeFlags, limeOptionsOf} from "../pipeline/analysis/lime/option-table";
import {decodeImage, type Fit, fitImage} from "../pipeline/data/image-file";
import {openData} from "../pipeline/data/index";
import type {ModelOutput} from "../pipeline/model/model-input";
import type {LoadedClassifier} from "../pipeline/model/onnx-classifier";
import {type OptionTable, oneOf, positiveInteger, resolveOptions, UserError, wholeNumber} from "../pipeline/options";
import {encode} from "../pipeline/record/artifact-codec";
import {findRun} from "../pipeline/record/run-directory";
import {writeWhole} from "../pipeline/record/write-whole";
import {explainImage} from "../pipeline/run-explain";
import type {Artifact, ImageShape, Images} from "../pipeline/types";
import {draw} from "../plots/index";
import {openModel, parsed, readClassNames, readIfThere} from "./explain-model";
import {declareFlags, givenOf} from "./flags";
import type {Command} from "./index";

interface ExplainFlags {
  readonly model: string;
  readonly preset: string;
  readonly run: string;
  readonly imageIndex: string;
  readonly classes: string;
  readonly class: string;
  readonly top: number;
  readonly size: string;
  readonly layout: "auto" | "nchw" | "nhwc";
  readonly scale: string;
  readonly mean: string;
  readonly std: string;
  readonly output: ModelOutput;
  readonly fit: Fit;
  readonly invert: boolean;
  readonly engine: "auto" | "tensorflow" | "wasm" | "cpu";
  readonly remove: number;
  readonly curves: boolean;
  readonly seed: number;
  readonly save: string;
  readonly out: string;
}

const numbers = (words: string) => words.split(",").map(Number);
const listed = (words: string) =>
  words !== "" && numbers(words).every(Number.isFinite) ? undefined : "numbers with commas between";

const explainFlags: OptionTable<ExplainFlags> = {
  model: {default: "", help: "an .onnx file, or a tfjs model.json (layers or graph)"},
  preset: {default: "", help: "a JSON file with defaults for the flags below, by their names"},
  run: {default: "", help: "instead of --model: a saved run's best model, by name, folder or latest"},
  imageIndex: {default: "", help: "with --run: places in the test split, with commas between"},
  classes: {default: "", help: "class names: a file with one a line, or a JSON list; default 0, 1, 2, …"},
  class: {default: "", help: "explain this class, by name or index; default: the most probable"},
  top: {default: 1, help: "explain this many of the most probable classes", check: positiveInteger},
  size: {default: "", help: "of the input, as 224x224x3, where the model leaves it open"},
  layout: {default: "auto", help: "of the input: nchw, nhwc or auto", check: oneOf("auto", "nchw", "nhwc")},
  scale: {default: "1", help: "the input is (pixel in 0..1 × scale − mean) / std", check: listed},
  mean: {default: "0", help: "one number, or one a channel", check: listed},
  std: {default: "1", help: "one number, or one a channel", check: listed},
  output: {
    default: "auto",
    help: "of the model: probabilities, logits, or auto (by whether they sum to 1)",
    check: oneOf("auto", "probabilities", "logits"),
  },
  fit: {
    default: "crop",
    help: "an image of other proportions: crop its middle or stretch it",
    check: oneOf("crop", "stretch"),
  },
  invert: {default: false, help: "turn light and dark about (ink on paper, for a model of white on black)"},
  engine: {
    default: "auto",
    help: "for tfjs: auto, tensorflow, wasm, cpu",
    check: oneOf("auto", "tensorflow", "wasm", "cpu"),
  },
  remove: {
    default: 0,
    help: "remove this many segments, ask again, until the class flips; 0: do not",
    check: wholeNumber,
  },
  curves: {default: false, help: "draw deletion and insertion curves beside random and edge controls"},
  seed: {default: 0, help: "every stream of chance is derived from it", check: wholeNumber},
  save: {default: "save", help: "the folder that runs are kept in"},
  out: {default: "", help: "folder to write to; default: explain in --save"},
};

/** One image to explain, and what is known of it. */
interface Subject {
  readonly name: string;
  readonly image: Images;
  readonly index?: number;
  readonly label?: number;
}

/** Explains images by LIME: files with any model, or test images with a saved run's. */
export const explainCommand: Command = {
  command: "explain [images..]",
  describe: "show what in an image speaks for its class (LIME)",
  builder(cli) {
    cli.positional("images", {type: "string", array: true, describe: "PNG or JPEG files"});
    declareFlags(cli, explainFlags, "", "Explain:");
    declareFlags(cli, limeFlags, "lime.", "LIME:");
    cli.example("$0 explain cat.jpg --model net.onnx --scale 255 --mean 127 --std 128", "a photograph, any ONNX model");
    cli.example("$0 explain --run latest --image-index 8 --remove 3", "a test digit, the newest run's model");
  },
  async handler(given) {
    const options = await optionsOf(given);
    const files = (given.images ?? []) as string[]; // yargs' array positional
    const {classifier, subjects} = options.run ? await fromRun(options, files) : await fromModel(options, files);
    const lime = limeOptionsOf(
      resolveOptions(limeFlags, givenOf(given, limeFlags, "lime."), "--lime."),
      classifier.imageShape,
    );
    const say = (line: string) => given.quiet !== true && console.log(line);
    try {
      for (const {name, image, index, label} of subjects) {
        const folder = resolve(options.out || join(options.save, "explain"), name.replace(/\.[^.]*$/, ""));
        const {top, remove, curves, seed} = options;
        const asked = {
          caption: name,
          lime,
          top,
          remove,
          curves,
          seed,
          ...(options.class ? {explained: options.class} : {}),
        };
        const known = {...(index === undefined ? {} : {index}), ...(label === undefined ? {} : {label})};
        for await (const artifact of explainImage(classifier, image, {...asked, ...known})) {
          await write(folder, artifact);
          for (const line of wordsOf(artifact)) say(line);
        }
        say(`  ${folder}`);
      }
    } finally {
      await classifier.dispose();
    }
    return 0;
  },
};

/** The flags, over the preset's, over the defaults. */
async function optionsOf(given: {readonly [flag: string]: unknown}): Promise<ExplainFlags> {
  const flags = givenOf(given, explainFlags, "");
  if (!flags.preset) return resolveOptions(explainFlags, flags, "--");
  const path = `${flags.preset}`;
  const preset = parsed(`${Buffer.from(await readIfThere(path, "--preset"))}`, path) as {[name: string]: unknown};
  const words = Object.entries(preset).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]);
  // A list of numbers is written as one; scale, mean and std are words on the command line.
  const asWords = words.map(([name, v]) => [
    name,
    typeof v === "number" && /^(scale|mean|std)$/.test(`${name}`) ? `${v}` : v,
  ]);
  return resolveOptions(explainFlags, {...Object.fromEntries(asWords), ...flags}, "--");
}

async function fromModel(options: ExplainFlags, files: readonly string[]) {
  if (!options.model) throw new UserError("explain: expected --model or --run, got neither");
  if (files.length === 0) throw new UserError("explain: expected image files, got none");
  const {layout, scale, mean, std, output, size, classes, engine} = options;
  const classifier = await openModel(options.model, engine, {
    input: {scale: Number(scale), mean: numbers(mean), std: numbers(std), ...(layout === "auto" ? {} : {layout})},
    output,
    ...(size ? {imageShape: shapeOf(size)} : {}),
    ...(classes ? {classNames: await readClassNames(classes)} : {}),
  });
  return {classifier, subjects: await readImages(files, classifier, options)};
}

async function fromRun(options: ExplainFlags, files: readonly string[]) {
  if (options.model) throw new UserError("explain: expected --model or --run, got both");
  const {path} = await findRun(options.save, options.run);
  const {data, options: runOptions} = JSON.parse(await readFile(join(path, "run.json"), "utf8"));
  const classifier = await openModel(join(path, "model", "model.json"), options.engine, {
    input: {scale: 1, mean: [0], std: [1]},
    output: "probabilities",
    imageShape: data.imageShape,
    classNames: data.classNames,
  });
  const subjects = await readImages(files, classifier, options);
  if (options.imageIndex)
    subjects.push(...(await testImages(options, {...runOptions, cacheFolder: join(options.save, "data")})));
  if (subjects.length === 0) throw new UserError("explain: expected image files or --image-index, got neither");
  return {classifier, subjects};
}

async function readImages(
  files: readonly string[],
  classifier: LoadedClassifier,
  {fit, invert}: ExplainFlags,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const file of files) {
    const decoded = await decodeImage(await readIfThere(file, "explain"), basename(file));
    subjects.push({name: basename(file), image: fitImage(decoded, classifier.imageShape, fit, invert)});
  }
  return subjects;
}

async function testImages({imageIndex}: ExplainFlags, dataOptions: Parameters<typeof openData>[0]): Promise<Subject[]> {
  const opening = openData(dataOptions);
  let step = await opening.next();
  while (!step.done) step = await opening.next();
  const {test} = step.value;
  const indices = numbers(imageIndex);
  const wrong = indices.find((n) => !(Number.isInteger(n) && n >= 0 && n < test.count));
  if (wrong !== undefined) {
    throw new UserError(`--image-index: expected whole numbers below ${test.count}, got ${imageIndex}`);
  }
  const subjects: Subject[] = [];
  for (const index of indices) {
    const {labels, ...image} = await test.read([index]);
    subjects.push({name: `test-${index}`, image, index, label: labels[0]});
  }
  return subjects;
}

function shapeOf(size: string): ImageShape {
  const parts = /^(\d+)x(\d+)x([13])$/.exec(size);
  if (!parts) throw new UserError(`--size: expected height x width x channels like 224x224x3, got "${size}"`);
  return [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

async function write(folder: string, artifact: Artifact): Promise<void> {
  const {json, binary} = encode(artifact, `${artifact.name}.bin`);
  if (binary) await writeWhole(join(folder, `${artifact.name}.bin`), binary);
  await writeWhole(join(folder, `${artifact.name}.json`), json);
  await writeWhole(join(folder, `${artifact.name}.png`), draw(artifact.plot, artifact.data).png);
}

/** What an artifact says in a terminal. */
function wordsOf(artifact: Artifact): readonly string[] {
  if (artifact.plot === "segments") {
    return artifact.data.explanations.map(({caption, explainedName, probability, weights, r2, halvesTop5, samples}) => {
      const few = weights.length < 5 ? "  (fewer than 5 segments explain little: try --lime.segmentation slic)" : "";
      const trust = `R² ${r2.toFixed(2)}, ${weights.length} segments, ${samples} masks, top 5 agree ${(100 * halvesTop5).toFixed(0)}%`;
      return `${caption}: ${explainedName} ${(100 * probability).toFixed(1)}%   ${trust}${few}`;
    });
  }
  if (artifact.plot === "filmstrip") return artifact.data.notes.map((note) => `  ${note}`);
  if (artifact.plot === "orderCurves") {
    return artifact.data.curves.map(({name, deletionArea, insertionArea}) => {
      return `  ${name.padEnd(7)} deletion ${deletionArea.toFixed(3)} (lower is better)   insertion ${insertionArea.toFixed(3)} (higher)`;
    });
  }
  return [];
}
