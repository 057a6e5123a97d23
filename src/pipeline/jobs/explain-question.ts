/** Some test images of a run, to be explained by LIME with the network as it was after an epoch. */
export interface ExplainQuestion {
  /** The run's folder. No answer depends on where it is. */
  readonly run: string;
  /** All that the answer depends on: equal subjects have equal answers, byte by byte. */
  readonly subject: ExplainSubject;
}

export interface ExplainSubject {
  /** The kind of question, which also sets the form of the answer. */
  readonly kind: "lime/1";
  /** SHA-256 of the test images with their labels, of model.json, and of the weights after the epoch. */
  readonly images: string;
  readonly model: string;
  readonly weights: string;
  /** The engine that the run used, and the build of its kernels; "" where it has none. */
  readonly engine: string;
  readonly kernels: string;
  /** Versions of this program and of V8, whose `Math` may round in another way. */
  readonly program: string;
  readonly v8: string;
  readonly epoch: number;
  readonly seed: number;
  /** The test images: from this place to before that one. */
  readonly from: number;
  readonly to: number;
  /** The class explained: the answer, the label, or a class by its number. */
  readonly target: "predicted" | "label" | number;
  /** The probe's options (`limeFlags`). */
  readonly lime: {readonly [option: string]: string | number};
  /** The images that the run itself explained: chance is drawn for them as it was then. */
  readonly samples: readonly number[];
}
