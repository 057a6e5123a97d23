/** The task to explain some test images of a run, with the network as it was after an epoch. */
export interface ExplainQuestion {
  /** The run's folder. No answer depends on where it is. */
  readonly run: string;
  /** Everything that the answer depends on: equal subjects have equal answers, byte for byte. */
  readonly subject: ExplainSubject;
}

export type ExplainSubject = LimeSubject | PixelSubject;

/** A subject without its range of images. */
export type EpochSubject = LimeEpochSubject | PixelEpochSubject;
export type LimeEpochSubject = Omit<LimeSubject, "from" | "to">;
export type PixelEpochSubject = Omit<PixelSubject, "from" | "to">;

interface AnySubject {
  /** SHA-256 of the test images with their labels, of model.json, and of the weights after the epoch. */
  readonly images: string;
  readonly model: string;
  readonly weights: string;
  /** The engine that the run used, and the build of its kernels; "" if the engine has no builds. */
  readonly engine: string;
  readonly kernels: string;
  /** Versions of this program and of V8; another V8 may round `Math` functions differently. */
  readonly program: string;
  readonly v8: string;
  readonly epoch: number;
  readonly seed: number;
  /** The test images: from the first place up to, but not including, the second. */
  readonly from: number;
  readonly to: number;
  /** The class explained: the answer, the label, or a class by its number. */
  readonly target: "predicted" | "label" | number;
}

/** LIME's explanations, as the run's own probe makes them. */
export interface LimeSubject extends AnySubject {
  /** The kind of question, which also sets the form of the answer. */
  readonly kind: "lime/1";
  /** The probe's options (`limeFlags`). */
  readonly lime: {readonly [option: string]: string | number};
  /** The images that the run itself explained: they get the same random numbers as then. */
  readonly samples: readonly number[];
}

/** Maps of pixels by one of the methods of `attribution/methods`, as `explain test:8 --method` makes them. */
export interface PixelSubject extends AnySubject {
  readonly kind: "pixels/1";
  readonly method: string;
  /** All options of the method. */
  readonly options: {readonly [option: string]: string | number};
}
