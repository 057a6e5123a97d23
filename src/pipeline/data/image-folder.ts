import {createHash} from "node:crypto";
import {readdir, readFile} from "node:fs/promises";
import {join, relative} from "node:path";

import {UserError} from "../options";
import {type RandomSource, shuffled} from "../random";
import type {ImageShape} from "../types";
import type {IdxImages} from "./idx-directory";
import {decodeImage, fitImage, sizeOfImage} from "./image-file";
import type {DataProgress} from "./progress";
import {first, holdOut} from "./split";

export interface ImageFolderOptions {
  /** Pixels a side, cut from the middle; 0: as they are, where all are alike and at most 64 a side, else 64. */
  readonly imageSize: number;
  /** Orders the images, and holds out those to test where the folder has none of its own. */
  readonly random: RandomSource;
}

const LARGEST_AS_IS = 64;
/** One in seven, as of MNIST. */
const TEST_SHARE = 1 / 7;
const MOST_CLASSES = 256;
const MOST_BYTES = 2 ** 31;
/** Images decoded at a time. */
const AT_ONCE = 16;
const IMAGE = /\.(png|jpe?g)$/i;

interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/**
 * Opens a folder of PNG and JPEG images: a folder for each class, named as it; or `train` and `test` with such folders
 * each. Keeps them as bytes, all of one size, grey where none has a colour. Other files are left alone.
 *
 * @throws UserError if there are not 2 to 256 classes, if those of the two parts differ, if an image is damaged, or if all
 * would take more than 2 GiB.
 */
export async function* openImageFolder(
  path: string,
  {imageSize, random}: ImageFolderOptions,
): AsyncGenerator<DataProgress, IdxImages> {
  const isParted = `${await foldersIn(path)}` === "test,train";
  const [trainPath, testPath] = isParted ? [join(path, "train"), join(path, "test")] : [path];
  const classNames = await foldersIn(trainPath);
  if (!(classNames.length >= 2 && classNames.length <= MOST_CLASSES)) {
    throw new UserError(`${trainPath}: expected 2 to ${MOST_CLASSES} folders, one a class, got ${classNames.length}`);
  }
  const train = await imagesOf(trainPath, classNames);
  const files = [...train, ...(testPath ? await imagesOf(testPath, classNames) : [])];
  const [height, width] = imageSize ? [imageSize, imageSize] : await commonSize(files);
  const {channels, pixels, digest} = yield* readAll(path, files, height, width);

  const labels = Uint8Array.from(files, ({label}) => label);
  const size = height * width * channels;
  /** In an order of chance: the first few of a split are of all classes, as a limit or a sample takes them. */
  const part = (inOrder: Uint32Array) => {
    const places = shuffled(inOrder.length, random).map((n) => inOrder[n]);
    const values = new Uint8Array(places.length * size);
    places.forEach((place, n) => {
      values.set(pixels.subarray(place * size, (place + 1) * size), n * size);
    });
    const shape = [places.length, height, width, channels];
    return {images: {shape, values}, labels: Uint8Array.from(places, (place) => labels[place])};
  };
  const all = first(files.length);
  const tested = Math.max(1, Math.round(files.length * TEST_SHARE));
  const [forTraining, forTest] = isParted
    ? [all.subarray(0, train.length), all.subarray(train.length)]
    : Object.values(holdOut(labels, files.length, tested, random));
  return {imageShape: [height, width, channels], classNames, train: part(forTraining), test: part(forTest), digest};
}

/** Names of the folders in a folder, in order; hidden ones are left out. @throws UserError if there is no such folder. */
export async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, {withFileTypes: true}).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${path}: expected a folder, got ${error.code === "ENOENT" ? "nothing there" : error.code}`);
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  return folders.map(({name}) => name).sort();
}

/** Every image in the folders of the classes, class by class. */
async function imagesOf(path: string, classNames: readonly string[]): Promise<ImageFile[]> {
  const found = await foldersIn(path);
  if (`${found}` !== `${classNames}`) {
    throw new UserError(`${path}: expected the classes ${classNames.join(", ")}, got ${found.join(", ") || "none"}`);
  }
  const files: ImageFile[] = [];
  for (const [label, name] of classNames.entries()) {
    const images = (await readdir(join(path, name))).filter((file) => IMAGE.test(file) && !file.startsWith(".")).sort();
    if (images.length === 0) throw new UserError(`${join(path, name)}: expected PNG or JPEG images, got none`);
    files.push(...images.map((file) => ({path: join(path, name, file), label})));
  }
  return files;
}

/** Height and width that all images have, if they are alike and small; else a square. */
async function commonSize(files: readonly ImageFile[]): Promise<readonly [height: number, width: number]> {
  let common: {readonly height: number; readonly width: number} | undefined;
  for (const {path} of files) {
    const own = sizeOfImage(await readFile(path), path);
    common ??= own;
    if (own.height !== common.height || own.width !== common.width) return [LARGEST_AS_IS, LARGEST_AS_IS];
  }
  const {height, width} = common!; // there is no class without an image
  return Math.max(height, width) <= LARGEST_AS_IS ? [height, width] : [LARGEST_AS_IS, LARGEST_AS_IS];
}

/** All images as bytes, `pixels[((n * height + y) * width + x) * channels + c]`. */
async function* readAll(
  path: string,
  files: readonly ImageFile[],
  height: number,
  width: number,
): AsyncGenerator<DataProgress, {channels: 1 | 3; pixels: Uint8Array; digest: string}> {
  const shape: ImageShape = [height, width, 3];
  const size = 3 * height * width;
  if (!(files.length * size <= MOST_BYTES)) {
    const gib = ((files.length * size) / 2 ** 30).toFixed(1);
    throw new UserError(`${path}: expected at most 2 GiB of pixels, got ${gib}; try a smaller --image-size`);
  }
  const hash = createHash("sha256");
  const rgb = new Uint8Array(files.length * size);
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const group = files.slice(at, at + AT_ONCE);
    const contents = await Promise.all(group.map((file) => readFile(file.path)));
    const decoded = await Promise.all(contents.map((bytes, i) => decodeImage(bytes, group[i].path)));
    group.forEach((file, i) => {
      hash.update(relative(path, file.path)).update(contents[i]);
      fitImage(decoded[i], shape, "crop").pixels.forEach((v, p) => {
        rgb[(at + i) * size + p] = Math.round(255 * v);
      });
    });
    yield {doing: "reading images", done: at + group.length, total: files.length};
  }
  const digest = hash.digest("hex");
  const isGrey = rgb.every((v, i) => v === rgb[i - (i % 3)]);
  return isGrey ? {channels: 1, pixels: rgb.filter((_, i) => i % 3 === 0), digest} : {channels: 3, pixels: rgb, digest};
}
