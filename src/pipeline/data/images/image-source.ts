import type {ImageShape} from "../../../nouns/samples";
import type {StoredRows} from "../stored/rows";
import type {IdxArray} from "./idx";

/** Images that stay in a file and are read as they are needed: `count` rows of it from `first` on. */
export interface StoredImages {
  readonly rows: StoredRows;
  readonly first: number;
  readonly count: number;
}

/** Images and their classes, as bytes. */
export interface ImagePart {
  readonly images: IdxArray | StoredImages;
  /** One byte each if there are at most 256 classes. */
  readonly labels: Uint8Array | Uint16Array;
  /** The file of each image, as a path from the source's folder with "/" between; absent if they are no files. */
  readonly files?: readonly string[];
}

/** The checked content of a folder of images, before it is divided into splits. */
export interface ImageSource {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: ImagePart;
  /** Absent if it is to be held out of those to train on. */
  readonly validation?: ImagePart;
  readonly test: ImagePart;
  /** Whether the images to test were taken out of those to train on, since the folder has none of its own. */
  readonly isTestTakenOut?: boolean;
  /** SHA-256 of all files' bytes. */
  readonly digest: string;
  /** The folder that `files` are told from. */
  readonly folder?: string;
}
