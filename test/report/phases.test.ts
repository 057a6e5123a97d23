import {expect, test} from "vitest";

import {phasesOf} from "../../src/report/client/panels/phases";

test("training's time is shown where this program trained, and left out where another did", () => {
  const own = [{seconds: {train: 0, evaluate: 0.1, probes: 1}}, {seconds: {train: 2, evaluate: 0.1, probes: 1}}];
  expect(phasesOf(own).map(([phase]) => phase)).toEqual(["train", "evaluate", "probes"]);
  const watched = [{seconds: {train: 0, evaluate: 0.1, probes: 1}}, {seconds: {evaluate: 0.1, probes: 1}}];
  expect(phasesOf(watched).map(([, word]) => word)).toEqual(["evaluating", "probes"]);
});
