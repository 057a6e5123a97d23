import {expect, test} from "vitest";

import {valuesOf} from "../../src/report/client/live-digit/picture-of";

const levels = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 51, 102, 204, 0];

test("a picture's colours are given in shares of 255, without the opacity", () => {
  expect(valuesOf(levels, 3)).toBeAllClose([1, 0, 0, 0, 1, 0, 0, 0, 1, 0.2, 0.4, 0.8]);
});

test("a network that sees grey gets the luma of Rec. 601", () => {
  expect(valuesOf(levels, 1)).toBeAllClose([0.299, 0.587, 0.114, 0.2 * 0.299 + 0.4 * 0.587 + 0.8 * 0.114]);
});
