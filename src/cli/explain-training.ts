import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {UserError} from "../nouns/options";
import {nameOf} from "../pipeline/data/image-names";
import {type Influence, trainingImagesFor} from "../pipeline/influence";
import {freshFolder} from "../pipeline/record/fresh-name";
import {findRun} from "../pipeline/record/run-directory";
import {readTrainedRun} from "../pipeline/record/run-file";
import {writeWhole} from "../pipeline/record/write-whole";
import {draw} from "../plots/index";
import {hasFile} from "./asked-model";
import type {ExplainFlags} from "./explain-flags";
import {folderOf, imageWords, ofRun} from "./image-words";
import {openIfAsked} from "./served";
import {say, sayDocument} from "./terminal";

/** How many images are listed for and against if the user gives no number. */
const TOLD = 10;

/**
 * Does `explain test:3520 --training`: finds the training images that speak most for an answer, and those that speak
 * most against it.
 *
 * @returns The exit code.
 */
export async function explainByTraining(
  options: ExplainFlags,
  typed: readonly string[],
  given: {readonly [flag: string]: unknown},
): Promise<number> {
  const asked = await imageWords(typed);
  if (asked.length === 0) throw new UserError("explain: expected images of the run's data (test:8), got none");
  const {path} = await findRun(options.save, options.model || options.run || "latest");
  const file = readTrainedRun(path, "explain");
  const words = ofRun(asked, (image) => hasFile(path, file, image));
  const isTalking = given.quiet !== true && given.json !== true;
  const images: object[] = [];
  const pictures: string[] = [];
  for (const word of words) {
    if (word.kind === "file") {
      throw new UserError(`${word.path}: expected an image of the run's data (test:8) with --training, got a file`);
    }
    const target = options.class === "predicted" || options.class === "" ? {} : {target: options.class};
    const top = options.top > 1 ? options.top : TOLD;
    const found = await trainingImagesFor(path, {image: word.word, top, ...target});
    const folder = await freshFolder(resolve(options.out || join(options.save, "explain")), folderOf(word.word));
    const document = {image: word.word, ...documentOf(found)};
    await writeWhole(join(folder.path, "training.json"), `${JSON.stringify(document, undefined, 2)}\n`);
    await writeWhole(join(folder.path, "training.png"), await sheetOf(word.word, found));
    const kept = await folder.keep();
    images.push({...document, files: ["training.json", "training.png"].map((name) => join(kept, name))});
    pictures.push(join(kept, "training.png"));
    if (isTalking) for (const line of [...linesOf(word.word, found), `  ${kept}`]) say(line);
  }
  if (given.json === true) sayDocument({schema: "epochscope/influence/1", method: "tracin-last-layer", images});
  await openIfAsked(options, pathToFileURL(pictures[0]).href);
  return 0;
}

const trainingName = ({data}: Influence, index: number) => nameOf(data, {split: "train", index});

function documentOf(found: Influence) {
  const {target, probability, label, epochs, images, data} = found;
  const told = (list: Influence["for"]) =>
    list.map((one) => ({...one, image: trainingName(found, one.index), labelName: data.classNames[one.label]}));
  return {
    ...{target, targetName: data.classNames[target], probability, label, epochs, trainingImages: images},
    ...{for: told(found.for), against: told(found.against)},
  };
}

/** The lines that tell which training images speak most for an answer, and most against it. */
export function linesOf(image: string, found: Influence): string[] {
  const {target, probability, epochs, images, data} = found;
  const list = (all: Influence["for"]) =>
    all.length === 0
      ? "none"
      : all.map(({index, label}) => `${trainingName(found, index)} (${data.classNames[label]})`).join(", ");
  return [
    `${image}: ${data.classNames[target]} ${(100 * probability).toFixed(1)}%   of ${images.toLocaleString("en")} training images, over ${epochs.length} epochs (TracIn at the last layer)`,
    `  most for it      ${list(found.for)}`,
    `  most against it  ${list(found.against)}`,
  ];
}

/** A picture that shows the image, and below it the training images for and against. */
async function sheetOf(image: string, found: Influence): Promise<Uint8Array> {
  const {asked, data, target, probability, epochs} = found;
  const [height, width, channels] = data.imageShape;
  const columns = Math.max(found.for.length, found.against.length, 1);
  const rowOf = async (list: Influence["for"]) => (await data.train.read(list.map(({index}) => index))).pixels;
  const captions = Array.from({length: columns}, (_, n) =>
    [found.for[n], found.against[n]].map((one) =>
      one ? `${data.classNames[one.label]}  ${trainingName(found, one.index)}` : "–",
    ),
  );
  const answer = `${data.classNames[target]} ${(100 * probability).toFixed(1)}%, labelled ${data.classNames[found.label]}`;
  return draw("imageGrid", {
    title: `Training images that speak for and against: ${image}, ${answer}`,
    ...{height, width, channels, columns: captions},
    rows: [
      {label: "asked", values: asked.pixels, scale: "intensity"},
      {label: "most for it", note: "upper captions", values: await rowOf(found.for), scale: "intensity"},
      {label: "most against it", note: "lower captions", values: await rowOf(found.against), scale: "intensity"},
    ],
    note: [
      `TracIn at the last layer (Pruthi et al. 2020), over the weights after ${epochs.length} epochs, each by its mean learning rate.`,
      "It says which images pushed this answer in training as that layer sees them; only a run without them says what they caused.",
    ],
  }).png;
}
