import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {resolveOptions, UserError} from "../nouns/options";
import {attributeImage} from "../pipeline/attribute";
import {limeFlags, limeOptionsOf} from "../pipeline/attribution/lime-flags";
import {explainImage} from "../pipeline/explain";
import {encode} from "../pipeline/record/artifact-codec";
import {freshFolder} from "../pipeline/record/fresh-name";
import {writeWhole} from "../pipeline/record/write-whole";
import type {Artifact} from "../pipeline/types";
import {draw} from "../plots/index";
import {trustWords} from "../plots/trust-words";
import {askedModel, withGradients} from "./asked-model";
import type {Command} from "./command";
import {declareDryRun} from "./dry-run";
import {type ExplainedImage, explainedImages} from "./explain-document";
import {explainFlags, explainOptionsOf} from "./explain-flags";
import {isMany} from "./explain-many";
import {declareMethodFlags, methodOf} from "./explain-methods";
import {explainByTraining} from "./explain-training";
import {declareFlags, givenOf} from "./flags";
import {openIfAsked} from "./served";
import {openStranger} from "./stranger";
import {complain, muteOthers, say, sayDocument} from "./terminal";

/** Explains images by LIME: files or a run's own images, with a saved run's model or any other. */
export const explainCommand: Command = {
  command: "explain [images..]",
  describe: "show what in an image speaks for its class, by segments (LIME) or by pixels",
  renamed: {class: "target", output: "scores"},
  help: {
    usage: "explain IMAGE… [flags]",
    rows: [
      [
        "IMAGE",
        "PNG or JPEG files, a folder, an image of the run's data (test:8, train:17), or many (test:all, test:0-99)",
      ],
      ["--model WHAT", "a run, an .onnx file, or a tfjs model.json [latest]"],
      [
        "--method NAME",
        "lime, saliency, integrated-gradients, smooth-grad, grad-cam, occlusion, gradient, input-x-gradient",
      ],
      ["--target WHAT", "a class by name or index, predicted, or label"],
      ["--top N", "explain the N most probable classes"],
      ["--training", "find the training images that speak most for the answer to test:8 (TracIn)"],
      ["--remove N", "remove the N strongest segments and ask again, until the class changes"],
      ["--curves", "draw deletion and insertion curves, with random and edge orders as controls"],
      ["--classes FILE", "class names: one on each line, or as JSON [0, 1, …]"],
      ["--scale --mean --std X", "the input is (pixel in 0..1 × scale − mean) / std"],
      ["--scores WHAT", "auto, probabilities, sigmoid or logits"],
      ["--size HxWxC", "the input's size, if the model does not say; also --layout"],
    ],
    also: ["fit", "invert", "preset", "out", "workers", "seed", "save", "open"],
    examples: [
      "epochscope explain test:8 --remove 2 --curves",
      "epochscope explain test:all --model latest",
      "epochscope explain cat.jpg --model net.onnx --classes names.txt \\",
      "                   --scale 255 --mean 127 --std 128",
    ],
  },
  builder(cli) {
    cli.positional("images", {
      type: "string",
      array: true,
      describe:
        "PNG or JPEG files, folders of them, test:8 or train:17 of the run's data; test:all or test:0-99 at every epoch",
    });
    const {run, imageIndex, ...flags} = explainFlags;
    declareFlags(cli, flags, "", "Explain:");
    declareDryRun(cli);
    declareMethodFlags(cli);
    declareFlags(cli, {run, imageIndex}, "", "Old:");
  },
  async handler(given) {
    const options = await explainOptionsOf(given);
    const words = (given.images ?? []) as string[]; // yargs' array positional
    if (given["dry-run"] === true && !isMany(words)) {
      const got = words.join(" ") || "no image";
      throw new UserError(`--dry-run: expected many images (test:all, test:0-99), got ${got}`);
    }
    if (options.training) return explainByTraining(options, words, given);
    if (isMany(words)) {
      const {explainManyImages}: typeof import("./explain-many-images") = require("./explain-many-images");
      return explainManyImages(options, words[0], given);
    }
    const isTalking = given.quiet !== true && given.json !== true;
    const print = isTalking ? say : () => {};
    const notes: string[] = []; // printed with the first result, so that an error stands alone
    const telling = {say: (line: string) => notes.push(line), verbose: given.verbose === true};
    const pixelwise = methodOf(given, options.method);
    const opening = pixelwise?.method.needs === "gradients" ? withGradients(options.method) : openStranger;
    const asking = {command: "explain", telling, opening};
    const {classifier, words: images, read, model} = await askedModel(options, words, asking);
    const subjects = [];
    for (const word of images) subjects.push(await read(word)); // all are read before the first is explained
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

/**
 * The class to explain, in the form that `explainImage` needs.
 *
 * @returns Undefined for the most probable class.
 */
export function targetOf(
  word: string,
  label: number | undefined,
  names: readonly string[],
  image: string,
): string | undefined {
  if (names.includes(word)) return word; // a class may have this word as its name
  if (word === "predicted" || word === "") return undefined;
  if (word !== "label") return word;
  if (label === undefined)
    throw new UserError(`--target: expected a class for ${image}, got label, but this image has no label`);
  return `${label}`;
}

async function write(folder: string, artifact: Artifact): Promise<void> {
  const {json, binary} = encode(artifact, `${artifact.name}.bin`);
  if (binary) await writeWhole(join(folder, `${artifact.name}.bin`), binary);
  await writeWhole(join(folder, `${artifact.name}.json`), json);
  await writeWhole(join(folder, `${artifact.name}.png`), draw(artifact.plot, artifact.data).png);
}

/** The words that the terminal shows for an artifact. */
export function wordsOf(artifact: Artifact): readonly string[] {
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
