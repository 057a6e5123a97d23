import {expect, test} from "vitest";
import {fork, normal} from "../../../src/nouns/random";
import {answerCaption} from "../../../src/pipeline/probes/answer-caption";
import {draw} from "../../../src/plots/index";
import {scatterSheet} from "../../../src/plots/scatter-sheet";
import {expectToLookAsBefore} from "../../support/looks";
import {classNames} from "../../support/named-classes";

const CASES = [3, 28, 100];

/** A map of ten points a class, each class around its own place, every fifth point mistaken. */
function map(classes: number) {
  const random = fork(3, "map", classes);
  const labels = Uint16Array.from({length: 10 * classes}, (_, i) => i % classes);
  const middles = Float32Array.from({length: 2 * classes}, () => 8 * random());
  const points = Float32Array.from(
    {length: 20 * classes},
    (_, at) => middles[at % (2 * classes)] + 0.2 * normal(random),
  );
  const wrong = Uint8Array.from(labels, (_, i) => Number(i % 7 === 0));
  return {title: "A map", labels, points, wrong, classNames: classNames(classes), notes: []};
}

test.each([3, 28])("a matrix of %d classes with names of any length and script", async (classes) => {
  const random = fork(4, "matrix", classes);
  const counts = Uint32Array.from({length: classes ** 2}, (_, at) =>
    at % (classes + 1) === 0 ? 12_345 : random() < 0.1 ? Math.floor(300 * random()) : 0,
  );
  const data = {title: "Confusion", counts, classNames: classNames(classes)};
  await expectToLookAsBefore(`matrix-${classes}`, draw("confusionMatrix", data).png);
});

test.each(CASES)("a map of %d classes: names off each other and within, marks past ten", async (classes) => {
  await expectToLookAsBefore(`map-${classes}`, draw("scatter", map(classes)).png);
});

test.each(CASES)("maps of %d classes side by side", async (classes) => {
  const {title, labels, points, wrong, classNames: names} = map(classes);
  const one = {caption: "epoch 1", points, wrong, note: "KL 1.2"};
  const sheet = scatterSheet({title, labels, classNames: names, maps: [one, {...one, caption: "epoch 2"}]});
  await expectToLookAsBefore(`sheet-${classes}`, sheet.png);
});

test("captions of small pictures keep the answer and its figure, whatever the names", async () => {
  expect(answerCaption("3", "5", 0.986)).toBe("3 → 5 99%");
  expect(answerCaption("grey wolf", "zebra", 0.5)).toEqual(["grey wolf", "→ zebra 50%"]);
  const names = classNames(28);
  const columns = names.slice(0, 14).map((truth, k) => answerCaption(truth, names[27 - k], 0.87));
  const values = Float32Array.from({length: 14 * 36}, (_, p) => (p % 36) / 36);
  const rows = [{label: "source", values, scale: "intensity" as const}];
  const data = {title: "Mistakes", height: 6, width: 6, channels: 1, columns, rows};
  await expectToLookAsBefore("captions", draw("imageGrid", data).png);
});
