import {expect, test} from "vitest";

import {metricsText, parseMetrics} from "../../../src/pipeline/record/metrics-file";
import type {EpochMetrics} from "../../../src/pipeline/types";

const line = (epoch: number): EpochMetrics => ({
  epoch,
  trainLoss: epoch ? 1 / epoch : null,
  trainAccuracy: epoch ? 0.5 : null,
  validationLoss: 1 / (epoch + 1),
  validationAccuracy: 0.5,
  testLoss: 0.7,
  testAccuracy: 0.6,
  seconds: {train: epoch, evaluate: 1, probes: 2},
  steps: [],
});

test("an epoch more adds one line, and leaves the lines before as they were", () => {
  const metrics = [line(0), line(1)];
  const before = metricsText(metrics);
  metrics.push(line(2));
  const after = metricsText(metrics);
  expect(after.startsWith(before)).toBe(true);
  expect(after.split("\n")).toHaveLength(4);
  expect(parseMetrics(after, "metrics.jsonl")).toEqual(metrics);
});

test("equal lines of other objects have equal text", () => {
  expect(metricsText([line(0), line(1)])).toBe(metricsText([line(0), line(1)]));
  expect(metricsText([line(1)])).not.toBe(metricsText([line(2)]));
});
