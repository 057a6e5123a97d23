import {describe, test} from "vitest";
import {factSheets} from "../../src/plots/fact-table";
import {type Figure, figure, type Sheet} from "../../src/plots/figure";
import {draw, type PlotData, plots} from "../../src/plots/index";
import {lineChart} from "../../src/plots/line-chart";
import {scatterSheet} from "../../src/plots/scatter-sheet";
import {sizeSheet} from "../../src/plots/size-chart";
import {tokenHeat} from "../../src/plots/token-heat";
import {expectToLookAsBefore, type Likeness} from "../support/looks";

/** One canvas draws them on every machine, with letters that come with the package: a word that moves by a pixel tells. */
const PLOT: Likeness = {share: 0.5, mean: 0.1, far: 0.0005};

const SIDE = 14;
const SIZE = SIDE * SIDE;
/** A bright spot; in another place for each number. */
const spot = (k: number) =>
  Float32Array.from({length: SIZE}, (_, p) => {
    const [x, y] = [p % SIDE, Math.floor(p / SIDE)];
    return Math.exp(-((x - 4 - (k % 3) * 3) ** 2 + (y - 5 - k) ** 2) / 8);
  });
const spots = (count: number, make = spot) =>
  Float32Array.from({length: count * SIZE}, (_, i) => make(Math.floor(i / SIZE))[i % SIZE]);
const signed = (k: number) => spot(k).map((value, p) => value - spot(k + 1)[p]);
/** Four squares. */
const quarters = Uint16Array.from(
  {length: SIZE},
  (_, p) => (p % SIDE < 7 ? 0 : 1) + (Math.floor(p / SIDE) < 7 ? 0 : 2),
);
const weights = Float64Array.of(0.42, -0.11, 0.03, 0.2);
const errors = Float64Array.of(0.02, 0.03, 0.01, 0.09);
const image = {height: SIDE, width: SIDE, channels: 1};
const weighted = {segments: quarters, weights};
const classNames = ["zero", "one", "two"];

const pictured: {readonly [N in keyof typeof plots]: PlotData<N>} = {
  attribution: {
    ...{
      title: "test 7: gradient, three classes",
      key: "the class named below",
      isSigned: true,
      ...image,
      pixels: spot(1),
    },
    maps: classNames.map((className, k) => ({
      ...{className, probability: [0.904, 0.0312, 0][k], values: signed(k)},
      trust: [
        {words: "faithfulness 0.62", isDoubtful: false},
        {words: "random weights look the same: do not trust it", isDoubtful: k === 1},
      ],
    })),
    notes: ["Each map has its own scale.", "A second note."],
  },
  confusionMatrix: {title: "epoch 3: 96.0 % right", counts: Uint32Array.of(50, 2, 0, 1, 47, 3, 0, 0, 49), classNames},
  dataMap: {
    title: "how the training images were learnt",
    confidence: Float64Array.from({length: 300}, (_, n) => 1 - (n / 300) ** 2),
    variability: Float64Array.from({length: 300}, (_, n) => 0.45 * Math.sin((Math.PI * n) / 300)),
    correctness: Uint16Array.from({length: 300}, (_, n) => 5 - Math.floor(n / 51)),
    epochs: 5,
    notes: ["300 training images over 5 epochs", "a second line"],
  },
  imageGrid: {
    ...{title: "images and their gradients", ...image, columns: ["test 1", ["test 2", "one → two"], "test 3"]},
    rows: [
      {label: "image", values: spots(3), scale: "intensity"},
      {label: "gradient", note: "of the score", values: spots(3, signed), scale: "signed"},
      {label: "size", values: spots(3), scale: "sequential", limit: 0.5},
    ],
    note: ["What the colours mean.", "What they do not."],
  },
  scatter: {
    title: "a map of three classes",
    points: Float32Array.from({length: 240}, (_, i) => {
      const [n, d] = [i >> 1, i & 1];
      return 3 * [Math.cos, Math.sin][d]((2 * Math.PI * (n % 3)) / 3) + Math.sin(n * (1.7 + d));
    }),
    labels: Uint16Array.from({length: 120}, (_, n) => n % 3),
    classNames,
    wrong: Uint8Array.from({length: 120}, (_, n) => (n % 40 === 7 ? 1 : 0)),
    notes: ["120 test images by 32 features", "a second line"],
  },
  segments: {
    ...{title: "what speaks for the answer", ...image, images: spots(2)},
    explanations: [0, 1].map((k) => ({
      ...{index: k, caption: `test ${k}`, label: k, explained: 1, explainedName: "one", probability: 0.83 - 0.5 * k},
      ...{...weighted, errors, intercept: 0.2, r2: k === 0 ? 0.91 : null, localPrediction: 0.8},
      ...{samples: 500, near: 40, halvesCorrelation: k === 0 ? 0.97 : null, halvesTop5: k === 0 ? 0.6 : null},
    })),
  },
  segmentBars: {title: "test 7: two", note: "R² 0.91", ...image, pixels: spot(0), ...weighted, errors},
  limeSteps: {
    ...{title: "LIME in four steps", ...image, pixels: spot(0), ...weighted, explainedName: "two", r2: 0.87},
    examples: [0, 1, 2].map((k) => ({pixels: spot(k), kept: 3 - k, probability: 0.9 - 0.3 * k, weight: 1 / (k + 1)})),
    kept: Uint32Array.from({length: 60}, (_, n) => n % 5),
    answers: Float32Array.from({length: 60}, (_, n) => 0.5 + 0.5 * Math.sin(n)),
    fitted: Float32Array.from({length: 60}, (_, n) => 0.5 + 0.4 * Math.sin(n + 0.2)),
    maskWeights: Float64Array.from({length: 60}, (_, n) => 1 / (1 + (n % 5))),
    classes: [
      {name: "two", mean: 0.6},
      {name: "zero", mean: 0.3},
      {name: "one", mean: 0.1},
    ],
  },
  filmstrip: {
    ...{title: "removed, and asked again", ...image},
    frames: [0, 1, 2].map((k) => ({
      ...{pixels: spot(k), ...weighted, gone: [0, 3].slice(0, k)},
      top: [
        {name: "two", probability: 0.9 - 0.35 * k},
        {name: "one", probability: 0.05 + 0.3 * k},
      ],
    })),
    notes: ["round 1: two 90 %", "round 2: two 55 %", "The answer changed after 2 rounds."],
  },
  orderCurves: {
    title: "deletion and insertion",
    curves: ["LIME", "by chance", "reversed"].map((name, k) => ({
      name,
      deletion: Float64Array.from({length: 11}, (_, i) => (1 - i / 10) ** (3 - k)),
      insertion: Float64Array.from({length: 11}, (_, i) => (i / 10) ** (1 + k)),
      ...{deletionArea: k === 2 ? null : 0.25 + k / 8, insertionArea: 1 / (2 + k)},
    })),
  },
  tracked: {
    ...{title: "two images followed", classNames},
    images: [0, 1].map((n) => ({
      ...{name: `test ${n}`, label: n, at: [0, 0.5, 1, 2]},
      logits: [0, 1, 2, 3].map((t) => Float32Array.of(t * (1 - n), t * n - 1, 0.5 - t)),
      weights: [3, 8].map((node) => ({node, values: [0.1 * node, 0.2, -0.1 * node]})),
    })),
  },
};

const tokens = ["[CLS]", "where", "is", "mary", "[SEP]", "mary", "went", "home"];
const drawn = ({width, height, draw: paint}: Sheet) => figure(width, height, paint);
const others: {readonly [name: string]: () => Figure} = {
  tokenHeat: () =>
    tokenHeat({
      ...{title: "logits by step and token", tokens, marked: [7, 7], rows: ["0", "10", "20"], note: "Blue is above 0."},
      strips: ["start", "end"].map((label, s) => ({
        ...{label, values: Float32Array.from({length: 24}, (_, i) => Math.sin(i + s) * (1 + Math.floor(i / 8)))},
      })),
    }),
  lineChart: () =>
    lineChart({
      ...{title: "lines over steps", x: "step", note: "a note", span: {from: 10, to: 20, label: "phase change"}},
      panels: [
        {
          label: "exact match",
          ...{low: 0, high: 1},
          lines: [
            {
              name: "held out",
              points: [
                [0, 0.1],
                [10, 0.2],
                [20, 0.9],
                [40, 0.95],
              ],
            },
            {
              name: "shuffled",
              points: [
                [0, 0.1],
                [40, 0.15],
              ],
              dashed: true,
            },
          ],
        },
        {
          label: "loss",
          lines: [
            {
              name: "batch",
              points: [
                [0, 3],
                [20, -1],
                [40, 0.5],
              ],
            },
          ],
        },
      ],
    }),
  lineChartOfWords: () =>
    lineChart({
      ...{title: "lines over words", x: "", places: tokens, marked: [7]},
      panels: [{label: "probability", lines: [{name: "start", points: tokens.map((_, i) => [i, i / 7] as const)}]}],
    }),
  sizeChart: () =>
    drawn(
      sizeSheet({
        ...{title: "how the error falls", x: "training images", y: "wrong test images", note: "A dot is a run."},
        series: [
          {
            name: "networks",
            points: [
              {x: 100, values: [0.3, 0.25]},
              {x: 1000, values: [0.1, 0.09]},
              {x: 10_000, values: [0.03]},
            ],
            law: (x: number) => 3 * x ** -0.5,
          },
          {
            name: "nearest exemplar",
            points: [
              {x: 100, values: [0.4]},
              {x: 10_000, values: [0.1]},
            ],
            dashed: true,
          },
        ],
      }),
    ),
  scatterSheet: () =>
    scatterSheet({
      ...{title: "a map, epoch by epoch", labels: Uint16Array.from({length: 60}, (_, n) => n % 3), classNames},
      maps: [0, 1, 2, 3].map((epoch) => ({
        ...{caption: epoch ? `epoch ${epoch}` : "untrained", note: `KL ${4 - epoch}   trust 0.9${epoch}`},
        points: Float32Array.from({length: 120}, (_, i) => {
          const [n, turn] = [i >> 1, ((i >> 1) % 3) * 2.1 + (i % 2 ? 0 : Math.PI / 2)];
          return epoch * Math.sin(turn) + 0.6 * Math.sin(n * n + 2 * (i % 2));
        }),
        wrong: Uint8Array.from({length: 60}, (_, n) => Number(n % 11 === 0 && epoch > 0)),
      })),
    }),
  factTable: () => {
    const parts = [
      {
        heading: "made of",
        rows: [
          ["layers", "4"],
          ["weights", "12,810"],
        ] as const,
      },
      {heading: "asked", rows: [["images", "10,000"]] as const},
    ];
    return drawn(factSheets({title: "what the network is", parts})[0]);
  },
};

describe("a picture looks as it did when somebody last looked at it", () => {
  test.each(Object.keys(plots) as (keyof typeof plots)[])("%s", async (name) => {
    const {png} = draw(name, pictured[name] as never);
    await expectToLookAsBefore(`plot-${name}`, png, PLOT);
  });

  test.each(Object.keys(others))("%s", async (name) => {
    await expectToLookAsBefore(`plot-${name}`, others[name]().png, PLOT);
  });
});
