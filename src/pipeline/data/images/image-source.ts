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
  /** One byte for each label if there are at most 256 classes. */
  readonly labels: Uint8Array | Uint16Array;
  /**
   * The file of each image, as a path from the source's folder with "/" between; absent if the images are not files.
   */
  readonly files?: readonly string[];
}

/** The checked content of a folder of images, before it is divided into splits. */
export interface ImageSource {
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: ImagePart;
  /** Absent if this part must be held out of the training images. */
  readonly validation?: ImagePart;
  readonly test: ImagePart;
  /** Whether the test images were taken out of the training images, because the folder has none of its own. */
  readonly isTestTakenOut?: boolean;
  /** SHA-256 of the names and bytes of all files. */
  readonly digest: string;
  /** The folder in which the paths of `files` begin. */
  readonly folder?: string;
}
