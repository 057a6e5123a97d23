import {basename, join, resolve} from "node:path";

import {limeFlags, limeOptionsOf} from "../lime/option-table";
import {resolveOptions, UserError} from "../nouns/options";
import type {Images} from "../nouns/samples";
import {attributeImage} from "../pipeline/attribute";
import {fitImage} from "../pipeline/data/images/fit-image";
import {decodeImage} from "../pipeline/data/images/image-file";
import {readWhole} from "../pipeline/data/read-file";
import {explainImage} from "../pipeline/explain";
import type {LoadedClassifier} from "../pipeline/model/load/black-box";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import {encode} from "../pipeline/record/artifact-codec";
import {freshFolder} from "../pipeline/record/fresh-name";
import {findRun} from "../pipeline/record/run-directory";
import {readTrainedRun} from "../pipeline/record/run-file";
import {writeWhole} from "../pipeline/record/write-whole";
import {openRunData} from "../pipeline/run/data";
import {runOptions} from "../pipeline/run/options";
import type {Artifact} from "../pipeline/types";
import {draw} from "../plots/index";
import {trustWords} from "../plots/trust-words";
import type {Command} from "./command";
import {type ExplainFlags, explainFlags, explainOptionsOf, numbers, shapeOf} from "./explain-flags";
import {declareMethodFlags, methodOf} from "./explain-methods";
import {readClassNames} from "./explain-model";
import {declareFlags, givenOf} from "./flags";
import {imageFiles} from "./image-files";
import {openStrangeNetwork, openStranger} from "./stranger";
import {muteOthers, say} from "./terminal";

/** One image to explain, and what is known of it. */
interface Subject {
  readonly name: string;
  /** The folder of its pictures; numbered where there is such a one. */
  readonly folder: string;
  readonly image: Images;
  readonly index?: number;
  readonly label?: number;
  /** The image's file, where it is one: the path that was given, or that of a test image. */
  readonly file?: string;
}

/** Explains images by LIME: files with any model, or test images with a saved run's. */
export const explainCommand: Command = {
  command: "explain [images..]",
  describe: "show what in an image speaks for its class (LIME)",
  builder(cli) {
    cli.positional("images", {type: "string", array: true, describe: "PNG or JPEG files, or folders of them"});
    declareFlags(cli, explainFlags, "", "Explain:");
    declareMethodFlags(cli);
    cli.example("$0 explain cat.jpg --model net.onnx --scale 255 --mean 127 --std 128", "a photograph, any ONNX model");
    cli.example("$0 explain cats --model net.onnx --method integrated-gradients --top 3", "a folder, pixel by pixel");
    cli.example("$0 explain --run latest --image-index 8 --remove 3", "a test digit, the newest run's model");
  },
  async handler(given) {
    const options = await explainOptionsOf(given);
    const files = (given.images ?? []) as string[]; // yargs' array positional
    const print = given.quiet === true ? () => {} : say;
    const notes: string[] = []; // printed with the first result: an error stands alone
    const telling = {say: (line: string) => notes.push(line), verbose: given.verbose === true};
    const pixelwise = methodOf(given, options.method);
    const opening = pixelwise?.method.needs === "gradients" ? withGradients(options.method) : openStranger;
    const {classifier, subjects} = await (options.run ? fromRun : fromModel)(options, files, telling, opening);
    const lime = limeOptionsOf(
      resolveOptions(limeFlags, givenOf(given, limeFlags, "lime."), "--lime."),
      classifier.imageShape,
    );
    const unmute = telling.verbose ? () => {} : muteOthers("log"); // a graph may print
    try {
      for (const {name, folder: own, image, index, label, file} of subjects) {
        const folder = await freshFolder(resolve(options.out || join(options.save, "explain")), own);
        const {top, remove, coverage, minWeight, curves, seed} = options;
        const {class: explained} = options;
        const {understood} = classifier;
        const shown = {caption: name, lime, top, remove, coverage, minWeight, curves, seed, understood};
        const asked = explained ? {...shown, explained} : shown;
        const known = {
          ...(index === undefined ? {} : {index}),
          ...(label === undefined ? {} : {label}),
          ...(file === undefined ? {} : {file}),
        };
        try {
          const artifacts = pixelwise
            ? attributeImage(classifier, image, {...asked, ...pixelwise, known: {...known, understood}})
            : explainImage(classifier, image, {...asked, ...known});
          for await (const artifact of artifacts) {
            await write(folder.path, artifact);
            for (const line of [...notes.splice(0), ...wordsOf(artifact)]) print(line);
          }
          if (file !== undefined && index !== undefined) print(`  picture ${file}`);
          print(`  ${await folder.keep()}`);
        } catch (error) {
          await folder.drop();
          throw error;
        }
      }
    } finally {
      unmute();
      await classifier.dispose();
    }
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
    );
  };
}

async function fromModel(options: ExplainFlags, files: readonly string[], telling: Telling, opening: Opening) {
  if (!options.model) throw new UserError("explain: expected --model or --run, got neither");
  if (files.length === 0) throw new UserError("explain: expected image files, got none");
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
  const classifier = await opening(options.model, engine, load, options.maxMemory * 2 ** 30);
  return {classifier, subjects: await readImages(files, classifier, options)};
}

async function fromRun(options: ExplainFlags, files: readonly string[], telling: Telling, opening: Opening) {
  if (options.model) throw new UserError("explain: expected --model or --run, got both");
  const {path} = await findRun(options.save, options.run);
  const file = readTrainedRun(path, "explain --run");
  const {data} = file;
  const load = {
    ...telling,
    input: {scale: 1, mean: [0], std: [1]},
    output: "probabilities" as const,
    imageShape: data.imageShape,
    classNames: data.classNames,
  };
  const model = join(path, "model", "model.json");
  const classifier = await opening(model, options.engine, load, options.maxMemory * 2 ** 30);
  const subjects = await readImages(files, classifier, options);
  if (options.imageIndex) {
    const begun = resolveOptions(runOptions, {...file.options, dataUrl: ""}, `${join(path, "run.json")}: --`);
    subjects.push(...(await testImages(options, openRunData(path, file, begun))));
  }
  if (subjects.length === 0) throw new UserError("explain: expected image files or --image-index, got neither");
  return {classifier, subjects};
}

async function readImages(
  files: readonly string[],
  classifier: LoadedClassifier,
  {fit, invert, maxPixels}: ExplainFlags,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const file of await imageFiles(files)) {
    const decoded = await decodeImage(await readWhole(file, {most: 8 * maxPixels}), file, {maxPixels});
    const stem = basename(file).replace(/\.[^.]*$/, "");
    const folder = /^\.*$/.test(stem) ? "image" : stem; // of ".png"
    subjects.push({
      name: basename(file),
      folder,
      file,
      image: await fitImage(decoded, classifier.imageShape, fit, invert),
    });
  }
  return subjects;
}

async function testImages({imageIndex}: ExplainFlags, opening: ReturnType<typeof openRunData>): Promise<Subject[]> {
  let step = await opening.next();
  while (!step.done) step = await opening.next();
  const {test, folder = ""} = step.value;
  const indices = numbers(imageIndex);
  const wrong = indices.find((n) => !(Number.isInteger(n) && n >= 0 && n < test.count));
  if (wrong !== undefined) {
    throw new UserError(`--image-index: expected whole numbers below ${test.count}, got ${imageIndex}`);
  }
  const subjects: Subject[] = [];
  for (const index of indices) {
    const {labels, ...image} = await test.read([index]);
    const file = test.files && join(folder, test.files[index]);
    const known = {index, label: labels[0], ...(file === undefined ? {} : {file})};
    subjects.push({name: `test-${index}`, folder: `test-${index}`, image, ...known});
  }
  return subjects;
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
