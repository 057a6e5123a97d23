import {expect, test} from "vitest";

import {mapFacts} from "../../src/report/client/map/map-facts";

const facts = {klDivergence: 1.234, trustworthiness: 0.9876, trustworthinessFull: 0.9512, continuity: 0.97};

test("a map of components says in which space its neighbours are to be trusted", () => {
  expect(mapFacts({...facts, components: 50, width: 1800})).toEqual([
    "KL 1.23",
    "trustworthiness 0.988 in 50 principal components",
    "about 0.951 in all 1,800 features",
  ]);
});

test("a map of all features, or of a run that did not measure them, has one figure", () => {
  expect(mapFacts({...facts, components: 10, width: 10})).toEqual(["KL 1.23", "trustworthiness 0.988"]);
  expect(mapFacts({trustworthiness: 0.5})).toEqual(["trustworthiness 0.500"]);
  expect(mapFacts({})).toEqual([]);
});
