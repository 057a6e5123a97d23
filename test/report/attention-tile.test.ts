import {expect, test} from "vitest";

import {attentionTile} from "../../src/report/client/pictures";

const size = {rows: 2, columns: 2, side: 2, height: 5, width: 5};

test("each patch has the strength of its share above an even one, and pixels outside all patches have none", () => {
  // even is 0.25; 0.6, 0.3 and 0.1 of it are 1.4, 0.2 and nothing above
  expect(attentionTile([0.6, 0.3, 0.1, 0], size)).toBeAllClose(
    [
      ...[1, 1, 1 / 7, 1 / 7, 0],
      ...[1, 1, 1 / 7, 1 / 7, 0],
      ...[0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0],
    ],
    {atol: 1e-6},
  );
});

test.each([
  ["a nearly even map stays pale", [0.3, 0.26, 0.24, 0.2], undefined, [0.2, 0.04, 0, 0]],
  ["a larger share elsewhere gets the full colour", [0.5, 0.5, 0, 0], 0.75, [0.5, 0.5, 0, 0]],
  ["a smaller one elsewhere changes nothing", [0.75, 0.25, 0, 0], 0.5, [1, 0, 0, 0]],
])("%s", (_, shares, most, expected) => {
  const one = {rows: 2, columns: 2, side: 1, height: 2, width: 2};
  expect(attentionTile(shares, one, most)).toBeAllClose(expected, {atol: 1e-6});
});
