import type {ImageShape} from "../../../nouns/samples";
import type {ModelOutput} from "./answers";
import type {Device} from "./device";
import type {ModelInput} from "./model-input";
import type {NamedFeeds} from "./named-feeds";

/** How to read and ask a model that was made elsewhere. */
export interface LoadSettings {
  /** The model's file, which errors and notes name. By default "model". */
  readonly what?: string;
  /** The size of its images, if the model leaves its input's size open. */
  readonly imageShape?: ImageShape;
  /** By default "0", "1", … */
  readonly classNames?: readonly string[];
  /** By default, `layout` is the one that the input's shape shows: 1 or 3 channels in the second or last place. */
  readonly input: Omit<ModelInput, "layout"> & {readonly layout?: ModelInput["layout"]};
  readonly output: ModelOutput;
  /** The output to explain, if a model has several. */
  readonly outputName?: string;
  /**
   * The input that takes the images, if a model has several, and the values of the other inputs, which are the same for
   * every image.
   */
  readonly inputName?: string;
  readonly feeds?: NamedFeeds;
  /** The largest image that is made for it, in bytes of float32. By default 64 MB. */
  readonly mostBytes?: number;
  /** How many images it is asked about at once; more are asked in several batches. */
  readonly mostAtOnce?: number;
  /** The device on which an ONNX model computes; by default the processor. */
  readonly device?: Device;
  /** Whether the program that computes may print lines of its own. */
  readonly verbose?: boolean;
  /** Called with each line that the user should know about the model. */
  say?(line: string): unknown;
  /** Called when the model is loaded and its first question comes. */
  asking?(): void;
}
