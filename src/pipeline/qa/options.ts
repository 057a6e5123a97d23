import {between, type OptionTable, positiveInteger, seedNumber, wholeNumber} from "../../nouns/options";
import {thresholdNamed} from "./threshold";

/** The options of `qa train`. */
export interface ReaderOptions {
  readonly data: string;
  readonly from: string;
  readonly made: number;
  readonly heldOut: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmUp: number;
  readonly weightDecay: number;
  readonly clip: number;
  readonly dropout: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly longest: number;
  readonly stride: number;
  readonly nullThreshold: string;
  readonly unanswerable: number;
  readonly track: string;
  readonly trackedSize: number;
  readonly words: number;
  readonly every: number;
  readonly pdf: boolean;
  readonly seed: number;
  readonly save: string;
  readonly name: string;
}

/** The one list of the reader's options: flags, `--help`, checks and run.json are made from it. */
export const readerOptions: OptionTable<ReaderOptions> = {
  data: {default: "", help: "questions as JSON: SQuAD 1.1 or 2.0, rows, or columns; by default they are made by rules"},
  from: {
    default: "",
    help: "begin with a Hugging Face folder: config.json, vocab.txt or tokenizer.json, model.safetensors",
  },
  made: {
    default: 6400,
    help: "how many questions are made to train on, where no file is given",
    check: positiveInteger,
  },
  heldOut: {
    default: 200,
    help: "questions that are held out and asked: made, or the file's last ones",
    check: positiveInteger,
  },
  epochs: {
    default: 0,
    help: "passes over the questions; 0: 12, and of few questions as many as 40 steps take",
    check: wholeNumber,
  },
  batchSize: {default: 32, help: "windows of text a step", check: positiveInteger},
  learningRate: {
    default: 0,
    help: "at its highest; 0: 0.002 from scratch, 0.00005 with --from",
    check: between(0, 1),
  },
  warmUp: {default: 0.1, help: "share of the steps in which the rate rises; then it falls to 0", check: between(0, 1)},
  weightDecay: {
    default: 0.01,
    help: "of kernels and embeddings, at every step, times the rate (AdamW)",
    check: between(0, 1),
  },
  clip: {default: 1, help: "the longest that the gradient of all weights may be; 0: any", check: between(0, 1e9)},
  dropout: {default: 0, help: "share of the numbers that are left out by chance in training", check: between(0, 0.9)},
  width: {default: 64, help: "numbers a token, a multiple of the heads", check: positiveInteger},
  layers: {default: 2, help: "layers of attention", check: positiveInteger},
  heads: {default: 4, help: "heads of attention a layer", check: positiveInteger},
  longest: {default: 128, help: "tokens of a window: the question and a part of its text", check: between(16, 4096)},
  stride: {default: 32, help: "tokens that two windows of one text share", check: wholeNumber},
  nullThreshold: {
    default: "auto",
    help: "answer with nothing where [CLS] scores higher than the best span by more than this; none: always name a span; auto: in training 0 if some questions have no answer, in ask as it was trained",
    check: thresholdNamed,
  },
  unanswerable: {
    default: 0,
    help: "share of the made questions whose text has no answer",
    check: between(0, 0.9),
  },
  track: {
    default: "",
    help: "held-out questions that are looked into at every look, by their places: 0,3; by default the first three; none",
  },
  trackedSize: {
    default: 256,
    help: "the most MB that what is kept of them may take on disk: of large or long runs fewer looks keep attention, node values, then logits; 0: any size",
    check: between(0, 1e6),
  },
  words: {
    default: 100,
    help: "how many times words of a tracked question are hidden at every look, for LIME; 0: not at all",
    check: wholeNumber,
  },
  every: {
    default: 0,
    help: "steps between two looks at the held-out questions; 0: 40 looks in all, at least 4 steps apart",
    check: wholeNumber,
  },
  pdf: {default: false, help: "also gather the pictures in one PDF: report.pdf"},
  seed: {default: 0, help: "of everything that chance decides", check: seedNumber},
  save: {default: "save", help: "the folder that runs are kept in"},
  name: {default: "", help: "name of the run; by default made of the time"},
};
