import type {Classifier, DifferentiableClassifier} from "../../../nouns/network";
import type {OptionTable} from "../../../nouns/options";
import type {RandomSource} from "../../../nouns/random";
import type {ImageShape, Images} from "../../../nouns/samples";

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
   * How far the attributions' sum is from the difference that they should explain, as a share of this difference: 0 is
   * exact. NaN if there is no difference. Only complete methods have it.
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

/** A method that the program offers. `O` is the type of its options. */
interface MethodOf<C extends Classifier, O extends object> {
  /** The name that `--method` takes. */
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  readonly options: OptionTable<O>;
  /** Which of the classifier's numbers it explains. */
  readonly score: "logit" | "probability";
  /** Whether its numbers can be below 0, which then speaks against the class. */
  readonly isSigned: boolean;
  /**
   * About how many questions to the classifier a map takes; a gradient counts as three. Work is divided by it, and no
   * result depends on it.
   */
  questions(shape: ImageShape, options: O): number;
  /**
   * The baseline, an image without the thing that is explained, laid out as the image's pixels; absent if it is all
   * black.
   */
  baseline?(image: Images, options: O): Float32Array;
  run(question: AttributionQuestion<C>, options: O): Promise<readonly AttributionMap[]>;
}

/** A method that only asks for answers, so it works with every classifier. */
export interface OutsideMethod<O extends object = object> extends MethodOf<Classifier, O> {
  readonly needs: "answers";
}

/** A method that needs gradients: at the pixels or, if it looks at a layer, at that layer. */
export interface GradientMethod<O extends object = object> extends MethodOf<DifferentiableClassifier, O> {
  readonly needs: "gradients";
}

export type Method = OutsideMethod | GradientMethod;
