import {existsSync} from "node:fs";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {limeFlags, limeOptionsOf} from "../lime/option-table";
import {resolveOptions, UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {attributeImage} from "../pipeline/attribute";
import {explainImage} from "../pipeline/explain";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import {encode} from "../pipeline/record/artifact-codec";
import {freshFolder} from "../pipeline/record/fresh-name";
import {findRun} from "../pipeline/record/run-directory";
import {type RunFile, readRunFile} from "../pipeline/record/run-file";
import {writeWhole} from "../pipeline/record/write-whole";
import {openRunData} from "../pipeline/run/data";
import {runOptions} from "../pipeline/run/options";
import type {Artifact} from "../pipeline/types";
import {draw} from "../plots/index";
import {trustWords} from "../plots/trust-words";
import type {Command} from "./command";
import {drained} from "./drained";
import {type ExplainedImage, explainedImages} from "./explain-document";
import {type ExplainFlags, explainFlags, explainOptionsOf, numbers, shapeOf} from "./explain-flags";
import {declareMethodFlags, methodOf} from "./explain-methods";
import {readClassNames} from "./explain-model";
import {explainByTraining} from "./explain-training";
import {declareFlags, givenOf} from "./flags";
import {dataSubject, fileSubject, type ImageWord, imageWords, type Subject} from "./image-words";
import {noteOldWay} from "./notes";
import {keptTestData, networkOfRun} from "./run-network";
import {openIfAsked} from "./served";
import {openStrangeNetwork, openStranger} from "./stranger";
import {complain, muteOthers, say, sayDocument} from "./terminal";

/** Explains images by LIME: files or a run's own images, with a saved run's model or any other. */
export const explainCommand: Command = {
  command: "explain [images..]",
  describe: "show what in an image speaks for its class, by segments (LIME) or by pixels",
  renamed: {class: "target", output: "scores"},
  help: {
    usage: "explain IMAGE… [flags]",
    rows: [
      ["IMAGE", "PNG or JPEG files, a folder, or an image of the run's data: test:8, train:17"],
      ["--model WHAT", "a run, an .onnx file, or a tfjs model.json [latest]"],
      [
        "--method NAME",
        "lime, saliency, integrated-gradients, smooth-grad, grad-cam, occlusion, gradient, input-x-gradient",
      ],
      ["--target WHAT", "a class by name or index, predicted, or label"],
      ["--top N", "explain the N most probable classes"],
      ["--training", "which training images speak most for the answer of test:8 (TracIn)"],
      ["--remove N", "take the N strongest segments away, ask again, until the class flips"],
      ["--curves", "deletion and insertion, beside random and edge orders"],
      ["--classes FILE", "class names: one a line, or JSON [0, 1, …]"],
      ["--scale --mean --std X", "the input is (pixel in 0..1 × scale − mean) / std"],
      ["--scores WHAT", "auto, probabilities, sigmoid or logits"],
      ["--size HxWxC", "of the input, where the model leaves it open; --layout"],
    ],
    also: ["fit", "invert", "preset", "out", "seed", "save", "open"],
    examples: [
      "epochscope explain test:8 --remove 2 --curves",
      "epochscope explain cat.jpg --model net.onnx --classes names.txt \\",
      "                   --scale 255 --mean 127 --std 128",
    ],
  },
  builder(cli) {
    cli.positional("images", {
      type: "string",
      array: true,
      describe: "PNG or JPEG files, folders of them, test:8 or train:17 of the run's data",
    });
    const {run, imageIndex, ...flags} = explainFlags;
    declareFlags(cli, flags, "", "Explain:");
    declareMethodFlags(cli);
    declareFlags(cli, {run, imageIndex}, "", "Old:");
  },
  async handler(given) {
    const options = await explainOptionsOf(given);
    const words = (given.images ?? []) as string[]; // yargs' array positional
    if (options.training) return explainByTraining(options, words, given);
    const isTalking = given.quiet !== true && given.json !== true;
    const print = isTalking ? say : () => {};
    const notes: string[] = []; // printed with the first result: an error stands alone
    const telling = {say: (line: string) => notes.push(line), verbose: given.verbose === true};
    const pixelwise = methodOf(given, options.method);
    const opening = pixelwise?.method.needs === "gradients" ? withGradients(options.method) : openStranger;
    const {classifier, subjects, model} = await asked(options, words, telling, opening);
    const lime = limeOptionsOf(
      resolveOptions(limeFlags, givenOf(given, limeFlags, "lime."), "--lime."),
      classifier.imageShape,
    );
    const unmute = telling.verbose ? () => {} : muteOthers("log"); // a graph may print
    const explained: ExplainedImage[] = [];
    const pictures: string[] = [];
    try {
      for (const {name, folder: own, image, index, label, file} of subjects) {
        const folder = await freshFolder(resolve(options.out || join(options.save, "explain")), own);
        const {top, remove, coverage, minWeight, curves, seed} = options;
        const target = targetOf(options.class, label, classifier.classNames, name);
        const {understood} = classifier;
        const shown = {caption: name, lime, top, remove, coverage, minWeight, curves, seed, understood};
        const facts = {
          ...(index === undefined ? {} : {index}),
          ...(label === undefined ? {} : {label}),
          ...(file === undefined ? {} : {file}),
        };
        const known = {...(target === undefined ? {} : {explained: target}), ...facts};
        const made: Artifact[] = [];
        try {
          const artifacts = pixelwise
            ? attributeImage(classifier, image, {...shown, ...known, ...pixelwise, known: {...facts, understood}})
            : explainImage(classifier, image, {...shown, ...known});
          for await (const artifact of artifacts) {
            await write(folder.path, artifact);
            made.push(artifact);
            if (isTalking) for (const line of notes.splice(0)) complain(line);
            for (const line of wordsOf(artifact)) print(line);
          }
          if (file !== undefined && index !== undefined) print(`  picture ${file}`);
          const kept = await folder.keep();
          pictures.push(join(kept, `${made[0].name}.png`));
          print(`  ${kept}`);
          explained.push(...explainedImages(name, file, kept, made));
        } catch (error) {
          await folder.drop();
          throw error;
        }
      }
    } finally {
      unmute();
      await classifier.dispose();
    }
    if (given.json === true) sayDocument({schema: "epochscope/explain/1", model, notes, images: explained});
    await openIfAsked(options, pathToFileURL(pictures[0]).href);
    return 0;
  },
};

type Telling = Required<Pick<LoadSettings, "verbose" | "say">>;

type Opening = typeof openStranger;

/** Opens a model with its gradients. @throws UserError if it has none, which says what works all the same. */
function withGradients(method: string): Opening {
  return async (path, engine, settings, maxMemory) => {
    const network = await openStrangeNetwork(path, engine, settings, maxMemory);
    const {noGradient} = network;
    if (noGradient === undefined) return network;
    await network.dispose();
    const why = noGradient.replace(/^no gradients[^:]*: /, "").replace(/; what asks from outside.*$/, "");
    throw new UserError(
      `${path}: expected gradients for --method ${method}, got none: ${why}; --method lime and occlusion work with it`,
      {code: "NO_GRADIENT"},
    );
  };
}

/** The model and the images that a command line names. */
async function asked(options: ExplainFlags, typed: readonly string[], telling: Telling, opening: Opening) {
  const {model, run, imageIndex} = options;
  if (model && run) throw new UserError("--model: expected it without --run, got both");
  if (run) noteOldWay("--run RUN", "--model RUN");
  if (imageIndex) noteOldWay("--image-index 8", "test:8");
  const words = await imageWords([...typed, ...(imageIndex ? [`test:${imageIndex}`] : [])]);
  if (words.length === 0) {
    throw new UserError("explain: expected images (cat.jpg, a folder, test:8), got none", {code: "BAD_OPTION"});
  }
  const isFile = model !== "" && (/\.(onnx|json)$/i.test(model) || isThere(model));
  const open = {telling, opening};
  return isFile ? fromModel(options, words, open) : fromRun(options, run || model || "latest", words, open);
}

/** Whether a path leads to a file, or to a folder that is no run. */
function isThere(path: string): boolean {
  return existsSync(path) && !existsSync(join(path, "run.json"));
}

interface Open {
  readonly telling: Telling;
  readonly opening: Opening;
}

async function fromModel(options: ExplainFlags, words: readonly ImageWord[], {telling, opening}: Open) {
  const {layout, scale, mean, std, output, outputName, size, classes, engine} = options;
  const {names, notes = []} = classes ? await readClassNames(classes) : {};
  for (const note of notes) telling.say(note);
  const load = {
    ...telling,
    input: {scale: Number(scale), mean: numbers(mean), std: numbers(std), ...(layout === "auto" ? {} : {layout})},
    output,
    ...(outputName ? {outputName} : {}),
    ...(size ? {imageShape: shapeOf(size)} : {}),
    ...(names ? {classNames: names} : {}),
  };
  const ofData = words.find((word) => word.kind === "data");
  if (ofData) {
    const where = `${ofData.word}: expected a run as --model, whose data it is of, got ${options.model}`;
    throw new UserError(where, {code: "BAD_OPTION"});
  }
  const classifier = await opening(
    options.model,
    engine,
    {...load, device: options.device},
    options.maxMemory * 2 ** 30,
  );
  const subjects: Subject[] = [];
  for (const word of words) if (word.kind === "file") subjects.push(await fileSubject(word.path, classifier, options));
  return {classifier, subjects, model: options.model};
}

async function fromRun(options: ExplainFlags, name: string, words: readonly ImageWord[], {telling, opening}: Open) {
  const {path} = await findRun(options.save, name);
  const file = readRunFile(path);
  const {model, load} = networkOfRun(path, file);
  const classifier = await opening(
    model,
    options.engine,
    {...telling, ...load, device: options.device},
    options.maxMemory * 2 ** 30,
  );
  const needsData = words.some(({kind}) => kind === "data"); // reading it may take a while
  const data = needsData ? await dataOfRun(path, file) : undefined;
  const subjects: Subject[] = [];
  for (const word of words) {
    if (word.kind === "file") subjects.push(await fileSubject(word.path, classifier, options));
    else if (data) subjects.push(await dataSubject(word, data));
  }
  return {classifier, subjects, model: file.name};
}

async function dataOfRun(path: string, file: RunFile): Promise<Dataset> {
  if (file.kind === "watch") return keptTestData(path, file);
  const begun = resolveOptions(runOptions, {...file.options, dataUrl: ""}, `${join(path, "run.json")}: --`);
  return drained(openRunData(path, file, begun));
}

/** The class to explain, as `explainImage` takes it. @returns Undefined for the most probable. */
function targetOf(
  word: string,
  label: number | undefined,
  names: readonly string[],
  image: string,
): string | undefined {
  if (names.includes(word)) return word; // a class may be called so
  if (word === "predicted" || word === "") return undefined;
  if (word !== "label") return word;
  if (label === undefined)
    throw new UserError(`--target: expected a class for ${image}, got label, which nobody knows`);
  return `${label}`;
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
      const [fit, ...agree] = trustWords(r2, halvesTop5);
      const trust = [fit, `${weights.length} segments`, `${samples} masks`, ...agree].join(", ");
      return `${caption}: ${explainedName} ${(100 * probability).toFixed(1)}%   ${trust}${few}`;
    });
  }
  if (artifact.plot === "attribution") {
    const {title, maps} = artifact.data;
    return maps.map(({className, probability, trust}) => {
      const figures = trust.map(({words}) => words).join(", ");
      return `${title}: ${className} ${(100 * probability).toFixed(1)}%   ${figures}`;
    });
  }
  if (artifact.plot === "filmstrip") return artifact.data.notes.map((note) => `  ${note}`);
  if (artifact.plot === "orderCurves") {
    return artifact.data.curves.map(({name, deletionArea, insertionArea}) => {
      if (deletionArea === null || insertionArea === null) return `  ${name.padEnd(7)} nothing changes the answer`;
      return `  ${name.padEnd(7)} deletion ${deletionArea.toFixed(3)} (lower is better)   insertion ${insertionArea.toFixed(3)} (higher)`;
    });
  }
  return [];
}
