import {join, relative} from "node:path";

import {type OptionTable, positiveInteger, resolveOptions} from "../nouns/options";
import type {Images} from "../nouns/samples";
import {inOneLine} from "../nouns/system-errors";
import {csvTable} from "../pipeline/record/csv-table";
import {writeFresh} from "../pipeline/record/fresh-name";
import {writeWhole} from "../pipeline/record/write-whole";
import {type AskedOptions, askedModel} from "./asked-model";
import type {Command} from "./command";
import {FAILED} from "./exit-codes";
import {explainFlags} from "./explain-flags";
import {declareFlags, givenOf} from "./flags";
import type {Subject} from "./image-words";
import {openStranger} from "./stranger";
import {complain, muteOthers, paint, say, sayDocument} from "./terminal";

type PredictFlags = AskedOptions & {readonly top: number; readonly out: string};

const {model, classes, size, layout, scale, mean, std, output, outputName, inputName, feed, fit, invert} = explainFlags;
const {maxMemory, maxPixels, engine, device, save} = explainFlags;

const predictFlags: OptionTable<Required<Omit<PredictFlags, "run" | "imageIndex">>> = {
  ...{
    model,
    classes,
    size,
    layout,
    scale,
    mean,
    std,
    output,
    outputName,
    inputName,
    feed,
    fit,
    invert,
    maxPixels,
    engine,
    maxMemory,
    device,
    save,
  },
  top: {default: 5, help: "classes of each image in --json, the most probable first", check: positiveInteger},
  out: {
    default: ".",
    help: "where to write predictions.csv: a folder, in which no file is overwritten, or a file that ends in .csv",
  },
};

/** How many images the model is asked about at once. */
const AT_ONCE = 32;

/** The model's answer to one image. */
interface Predicted {
  readonly file: string;
  /** The probability of every class. */
  readonly probabilities: Float32Array;
}

/** Classifies images: a table, and predictions.csv. */
export const predictCommand: Command = {
  command: "predict <images..>",
  describe: "classify images: a table, and predictions.csv",
  renamed: {output: "scores"},
  help: {
    usage: "predict IMAGE… [flags]",
    rows: [
      ["IMAGE", "PNG or JPEG files, a folder, or images of the run's data: test:0,1,2"],
      ["--model WHAT", "a run, an .onnx file, or a tfjs model.json [latest]"],
      ["--out PATH", "a folder for predictions.csv, or a file that ends in .csv"],
      ["--top N", "how many classes of each image --json lists"],
      ["--classes FILE", "class names: one on each line, or as JSON [0, 1, …]"],
      ["--scale --mean --std X", "the input is (pixel in 0..1 × scale − mean) / std"],
      ["--scores WHAT", "auto, probabilities, sigmoid or logits"],
      ["--size HxWxC", "the input's size, if the model does not say; also --layout"],
    ],
    also: ["fit", "invert", "engine", "save"],
    examples: ["epochscope predict photos/unsorted --model latest --json"],
    note: "A picture that cannot be read is named and left out; the exit code is then 1.",
  },
  builder(cli) {
    cli.positional("images", {
      type: "string",
      array: true,
      describe: "PNG or JPEG files, folders of them, or test:8 of the run's data",
    });
    declareFlags(cli, predictFlags, "", "Predict:");
  },
  async handler(given) {
    const options = resolveOptions(predictFlags, givenOf(given, predictFlags, ""), "--");
    const isJson = given.json === true;
    const isTalking = given.quiet !== true && !isJson;
    const notes: string[] = [];
    const telling = {say: (line: string) => notes.push(line), verbose: given.verbose === true};
    const asking = {command: "predict", telling, opening: openStranger};
    const {classifier, words, read, model} = await askedModel(options, given.images as string[], asking);
    const {classNames} = classifier;
    const unmute = telling.verbose ? () => {} : muteOthers("log"); // a graph may print
    const predicted: Predicted[] = [];
    const failures: {readonly file: string; readonly message: string}[] = [];
    try {
      for (let from = 0; from < words.length; from += AT_ONCE) {
        const subjects: Subject[] = [];
        for (const word of words.slice(from, from + AT_ONCE)) {
          try {
            subjects.push(await read(word));
          } catch (error) {
            if (words.length === 1) throw error;
            failures.push({file: word.kind === "file" ? word.path : word.word, message: inOneLine(error)});
          }
        }
        if (subjects.length === 0) continue;
        const answers = await classifier.predict(together(subjects.map(({image}) => image)));
        for (const [n, {file, name}] of subjects.entries()) {
          const probabilities = answers.slice(n * classNames.length, (n + 1) * classNames.length);
          predicted.push({file: file ?? name, probabilities});
        }
      }
    } finally {
      unmute();
      await classifier.dispose();
    }
    const csv = await written(options.out, tableOf(predicted, classNames));
    if (isTalking) {
      for (const note of notes) complain(note);
      for (const line of linesOf(predicted, classNames)) say(line);
      say(`table  ${relative(process.cwd(), csv)}`);
    }
    if (isJson) {
      const images = predicted.map((one) => documentOf(one, classNames, options.top));
      sayDocument({schema: "epochscope/predict/1", model, classNames, images, failures, notes, csv});
    } else for (const {message} of failures) complain(`${paint.red("error:")} ${message}`);
    return failures.length > 0 ? FAILED : 0;
  },
};

/** Joins images of one shape into one batch. */
function together(images: readonly Images[]): Images {
  const [{shape, pixels: first}] = images;
  const pixels = new Float32Array(images.length * first.length);
  for (const [n, image] of images.entries()) pixels.set(image.pixels, n * first.length);
  return {count: images.length, shape, pixels};
}

/** The classes, the most probable first. */
function ranked(probabilities: Float32Array): number[] {
  return Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
}

function tableOf(predicted: readonly Predicted[], names: readonly string[]): string {
  const rows = predicted.map(({file, probabilities}) => {
    const [first, second] = ranked(probabilities);
    return {file, first, second, probabilities};
  });
  return csvTable({
    file: rows.map(({file}) => file),
    prediction: rows.map(({first}) => names[first]),
    probability: rows.map(({first, probabilities}) => rounded(probabilities[first])),
    second: rows.map(({second}) => names[second] ?? ""),
    second_probability: rows.map(({second, probabilities}) => rounded(probabilities[second] ?? 0)),
    entropy: rows.map(({probabilities}) => rounded(entropy(probabilities))),
  });
}

/** The entropy in nats; 0 if one class has all the probability. */
export function entropy(probabilities: Float32Array): number {
  return probabilities.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
}

/** Rounds to a millionth, because single precision is no more exact. */
function rounded(value: number): number {
  return Math.round(1e6 * value) / 1e6;
}

async function written(out: string, csv: string): Promise<string> {
  if (/\.csv$/i.test(out)) {
    await writeWhole(out, csv);
    return out;
  }
  const [path] = await writeFresh(out, "predictions", {".csv": csv});
  return join(path);
}

function linesOf(predicted: readonly Predicted[], names: readonly string[]): string[] {
  const width = Math.max(...predicted.map(({file}) => file.length), 0);
  return predicted.map(({file, probabilities}) => {
    const [first, second] = ranked(probabilities);
    const also = second === undefined ? "" : `   then ${names[second]} ${percent(probabilities[second])}`;
    return `${file.padEnd(width)}  ${paint.bold(names[first])} ${percent(probabilities[first])}${also}`;
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function documentOf({file, probabilities}: Predicted, names: readonly string[], most: number) {
  const order = ranked(probabilities);
  const top = order.slice(0, most).map((k) => ({class: names[k], probability: probabilities[k]}));
  return {
    file,
    prediction: names[order[0]],
    probability: probabilities[order[0]],
    entropy: entropy(probabilities),
    top,
  };
}
