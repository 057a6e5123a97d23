import type {ImageShape} from "../../../nouns/samples";
import type {ModelOutput} from "./answers";
import type {Device} from "./device";
import type {ModelInput} from "./model-input";
import type {NamedFeeds} from "./named-feeds";

/** How a model from elsewhere is to be read and asked. */
export interface LoadSettings {
  /** Named in errors and notes: the model's file. By default "model". */
  readonly what?: string;
  /** If the model leaves its input's size open. */
  readonly imageShape?: ImageShape;
  /** By default "0", "1", … */
  readonly classNames?: readonly string[];
  /** `layout` by default as the input's shape has it: 1 or 3 channels second or last. */
  readonly input: Omit<ModelInput, "layout"> & {readonly layout?: ModelInput["layout"]};
  readonly output: ModelOutput;
  /** The output to explain, if a model has several. */
  readonly outputName?: string;
  /** The input that takes the images, if a model has several, and what the others get, the same for every image. */
  readonly inputName?: string;
  readonly feeds?: NamedFeeds;
  /** The largest image that is made for it, in bytes of float32. By default 64 MB. */
  readonly mostBytes?: number;
  /** Images that it is asked about at once; more are asked in several batches. */
  readonly mostAtOnce?: number;
  /** Where an ONNX model computes; by default on the processor. */
  readonly device?: Device;
  /** Lets what computes print its own lines. */
  readonly verbose?: boolean;
  /** Told what the user should know of the model, a line each. */
  say?(line: string): unknown;
  /** Told when the model is loaded and its first question comes. */
  asking?(): void;
}
