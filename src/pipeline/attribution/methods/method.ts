import type {Classifier, DifferentiableClassifier} from "../../../nouns/network";
import type {OptionTable} from "../../../nouns/options";
import type {RandomSource} from "../../../nouns/random";
import type {Images} from "../../../nouns/samples";

/** One image, and the classes for which it is to be explained. */
export interface AttributionQuestion<C extends Classifier> {
  readonly classifier: C;
  /** One image. */
  readonly image: Images;
  readonly targets: readonly number[];
  readonly random: RandomSource;
}

/** How much each pixel of an image speaks for a class. */
export interface AttributionMap {
  readonly target: number;
  /** One number for each pixel, row after row. Above 0, the pixel speaks for the class. */
  readonly values: Float32Array;
  /**
   * One number for each channel of each pixel, laid out as the image's pixels. `values` are made from these; present if
   * the method has them.
   */
  readonly parts?: Float32Array;
  /**
   * For each pixel, how far the score should fall, according to the map, if the pixel is set to the baseline. It is
   * tested against how far the score really falls.
   */
  readonly foretold: Float32Array;
  /**
   * How far the attributions' sum misses the difference that they are to explain, as a share of it: 0 is exact. NaN if
   * there is no difference. Of complete methods alone.
   */
  readonly gap?: number;
  /** The map of a layer, before it was enlarged. */
  readonly layer?: {
    readonly name: string;
    readonly height: number;
    readonly width: number;
    readonly values: Float32Array;
  };
}

/** A method, as the program offers it. `O` are its options. */
interface MethodOf<C extends Classifier, O extends object> {
  /** The name that `--method` takes. */
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  readonly options: OptionTable<O>;
  /** Which of the classifier's numbers it explains. */
  readonly score: "logit" | "probability";
  /** Whether its numbers can be below 0, and whether that is against the class. */
  readonly isSigned: boolean;
  /** The image without what is explained, laid out as its pixels; absent: all black. */
  baseline?(image: Images, options: O): Float32Array;
  run(question: AttributionQuestion<C>, options: O): Promise<readonly AttributionMap[]>;
}

/** Asks from outside: it works with every classifier. */
export interface OutsideMethod<O extends object = object> extends MethodOf<Classifier, O> {
  readonly needs: "answers";
}

/** Needs gradients at the pixels or, if it looks at a layer, there. */
export interface GradientMethod<O extends object = object> extends MethodOf<DifferentiableClassifier, O> {
  readonly needs: "gradients";
}

export type Method = OutsideMethod | GradientMethod;
