import type {ErrorCode} from "../../../nouns/errors";
import type {ImageShape} from "../../../nouns/samples";
import type {ImageSize} from "../images/image-file";

/** A question to a decoding thread: to read and decode some pictures, or only to say their sizes. */
export type DecodingQuestion =
  | {
      readonly doing: "decode";
      readonly paths: readonly string[];
      readonly shape: ImageShape;
      readonly maxPixels: number;
    }
  | {readonly doing: "size"; readonly paths: readonly string[]};

export interface DecodedPictures {
  /** The files' bytes, one file after another, and the place where each ends. */
  readonly contents: Uint8Array;
  readonly contentEnds: readonly number[];
  /**
   * The pictures' bytes, one picture after another, and the place where each ends. A grey picture takes a third of the
   * bytes of a coloured one.
   */
  readonly pictures: Uint8Array;
  readonly pictureEnds: readonly number[];
}

export type DecodingResult = DecodedPictures | {readonly sizes: readonly ImageSize[]};

export interface DecodingAnswer {
  readonly id: number;
  readonly result?: DecodingResult;
  readonly failure?: {readonly message: string; readonly isUsers: boolean; readonly code?: ErrorCode};
}
