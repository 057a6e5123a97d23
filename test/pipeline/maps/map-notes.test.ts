import {expect, it} from "vitest";

import {epochNotes, type MapFacts, mapNotes, recallNote, trustNote} from "../../../src/pipeline/maps/map-notes";
import {NOTES_WIDTH} from "../../../src/plots/scatter";
import {textWidth} from "../../../src/plots/text";

const facts: MapFacts = {
  width: 100_000,
  components: 100,
  explained: 0.99512,
  iterations: 750,
  sampled: 1000,
  perplexity: 999,
  klDivergence: 12.34567,
  trustworthiness: 0.98054,
  continuity: 0.97312,
  trustworthinessFull: 0.95051,
  neighbourhoodSize: 12,
  among: 10_000,
  voters: 10,
  neighbourAccuracyMap: 0.98765,
  neighbourAccuracyFull: 0.97654,
};

it("says how far to trust a map of principal components, in the components and in all features", () => {
  expect(mapNotes(facts, 1_000_000, "test images")).toEqual([
    "1,000,000 test images by 100 principal components of 100,000 features (99.5% of the variance), perplexity 999; " +
      "directions and scale mean nothing",
    "KL divergence 12.346 nats; trustworthiness 0.981 in the 100 components, about 0.951 in all features",
    "continuity 0.973 in the components (12 neighbours, ranks estimated from 10,000 others)",
    "class by the 10 nearest: right for 98.8% on the map, 97.7% in the features",
  ]);
});

it("needs one line for a map of the features themselves", () => {
  const all = {
    ...facts,
    width: 50,
    components: 50,
    among: 299,
    neighbourAccuracyMap: null,
    neighbourAccuracyFull: null,
  };
  expect(mapNotes(all, 300, "rows")).toEqual([
    "300 rows by 50 features, perplexity 999; directions and scale mean nothing",
    "KL divergence 12.346 nats; trustworthiness 0.981, continuity 0.973 (12 neighbours)",
  ]);
  expect(trustNote(all)).toBe("KL divergence 12.346 nats; trustworthiness 0.981, continuity 0.973 (12 neighbours)");
});

it("says which share of the nearest rows a search found, and that one below 0.95 is the longest search's", () => {
  expect(recallNote({neighbours: 46, recall: 0.9684})).toBe(
    "approximate neighbours: 96.8% of the 46 nearest rows were found (recall, measured on 500 rows)",
  );
  expect(recallNote({neighbours: 46, recall: 0.9384})).toBe(
    "approximate neighbours: only 93.8% of the 46 nearest rows were found (recall, measured on 500 rows), by the longest search",
  );
});

it("writes no line that the picture would cut", () => {
  const poor = {...facts, approximate: {neighbours: 1501, recall: 0.9}};
  const moved = Float64Array.of(0.5, Number.NaN, 0.25);
  const notes = [...mapNotes(poor, 1_000_000, "test images"), ...epochNotes(moved, 100), ...epochNotes(null, 0)];
  for (const note of notes) expect(textWidth(note, {size: 11}), note).toBeLessThanOrEqual(NOTES_WIDTH);
  expect(notes.at(-2)).toContain("moved 37.5% of the map's radius");
});
