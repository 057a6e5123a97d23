import {automaticThreads, type Dimensions, openNeighbourhood} from "../../tsne/index";
import {pca} from "../analysis/pca";
import {aligned, movementByClass} from "../analysis/procrustes";
import {type ProjectionName, projections} from "../analysis/projection/index";
import {mapQuality} from "../analysis/projection-quality";
import {argMaxRows} from "../analysis/scores";
import {type Scaling, standardised} from "../analysis/standardise";
import {between, oneOf, positiveInteger, wholeNumber} from "../options";
import type {Probe, ProbeContext} from "../types";
import {activationsOf, evenly} from "./activations";
import {after} from "./after";
import {notesOf} from "./projection-notes";

export interface ProjectionOptions {
  readonly method: ProjectionName;
  readonly layer: string;
  readonly points: number;
  readonly perplexity: number;
  readonly dimensions: number;
  readonly iterations: number;
  readonly scaling: Scaling;
  readonly components: number;
  readonly metric: "euclidean" | "cosine";
}

/** Nearest neighbours of each point, before they were mapped, that are kept for the report. */
const NEAREST = 8;

/** How the network groups what it sees: a map of the test images by the activations of one layer. */
export const projection: Probe<ProjectionOptions> = {
  name: "projection",
  help: "how the network groups what it sees: a map of the test images by a layer's activations",
  options: {
    method: {
      default: "tsne",
      help: "tsne, umap, pca, or tsne-js (that package: at most 500 points)",
      check: oneOf(...(Object.keys(projections) as ProjectionName[])),
    },
    layer: {default: "", help: "a layer's name, or pixels or logits; default: what feeds the last dense layer"},
    points: {default: 10_000, help: "test images on the map, taken evenly from all", check: positiveInteger},
    perplexity: {default: 30, help: "about how many neighbours count for each point", check: between(2, 1000)},
    dimensions: {default: 2, help: "2 or 3", check: (value) => (value === 2 || value === 3 ? undefined : "2 or 3")},
    iterations: {
      default: 0,
      help: "0: the method's own (tsne 1,000, and 250 to go on from the last epoch's map)",
      check: wholeNumber,
    },
    scaling: {
      default: "feature",
      help: "feature: each to mean 0 and deviation 1; global: all by one mean and deviation, as exigo; none",
      check: oneOf("feature", "global", "none"),
    },
    components: {default: 50, help: "principal components kept of wider activations", check: between(3, 1000)},
    metric: {
      default: "euclidean",
      help: "what makes activations near: euclidean or cosine",
      check: oneOf("euclidean", "cosine"),
    },
  },
  async *run(context, given) {
    const {classifier, test, testProbabilities, random, say, epoch} = context;
    const {classNames} = classifier;
    const method = projections[given.method];
    const dimensions = given.dimensions as Dimensions; // the option's check
    const wanted = Math.min(given.points, test.count);
    const count = Math.min(wanted, method.mostPoints);
    if (count < wanted)
      say(`${method.title}: ${count} of ${wanted.toLocaleString("en")} points, it would take too long`);
    const perplexity = Math.min(given.perplexity, Math.floor((count - 1) / 3));
    if (perplexity < given.perplexity) {
      say(`perplexity ${perplexity} in place of ${given.perplexity}: at most a third of ${count} points`);
    }
    const indices = evenly(count, test.count);
    const {activations, labels} = await activationsOf(classifier, test, given.layer, indices);
    const threads = automaticThreads(count);
    const scaled = standardised(activations, given.scaling);
    const reduced = scaled.columns > given.components ? await pca(scaled, given.components, threads) : undefined;
    const data = reduced?.scores ?? scaled;

    const before = await previousMap(context, indices, dimensions, given.method);
    const neighbourhood = await openNeighbourhood(data, {perplexity, metric: given.metric, threads});
    try {
      const task = {data, neighbourhood, dimensions, perplexity, iterations: given.iterations, random};
      const map = await method.project(before ? {...task, start: before} : task);
      const points = before && given.method !== "tsne" ? aligned(map.points, before, dimensions) : map.points;
      const quality = await mapQuality(neighbourhood, points, dimensions, labels);
      const nearest = neighbourhood.nearest(Math.min(NEAREST, neighbourhood.k));
      const predicted = argMaxRows(testProbabilities, classNames.length);
      const wrong = Uint8Array.from(indices, (place, i) => (predicted[place] === labels[i] ? 0 : 1));
      const movement = before ? movementByClass(points, before, dimensions, labels, classNames.length) : null;
      const facts = {
        ...quality,
        movement,
        iterations: map.iterations,
        perplexity,
        components: data.columns,
        width: activations.columns,
        explained: reduced?.explained ?? 1,
      };
      const title = `${method.title} of ${given.layer || "the last layer before the scores"}, ${after(epoch)}`;
      yield {
        name: "map",
        plot: "scatter",
        data: {title, points, labels, classNames, wrong, notes: notesOf(facts, count, epoch)},
        numbers: {indices, nearest, ...facts, method: given.method, settings: {...given}},
      };
    } finally {
      neighbourhood.close();
    }
  },
};

/** The last map of the very same points by the same method, if there is one. */
async function previousMap(
  {previous}: ProbeContext,
  indices: Uint32Array,
  dimensions: number,
  method: string,
): Promise<Float32Array | undefined> {
  const artifact = await previous("map");
  if (artifact?.plot !== "scatter" || artifact.numbers?.method !== method) return undefined;
  const {points} = artifact.data;
  const places = artifact.numbers.indices as Uint32Array;
  const same = places.length === indices.length && indices.every((place, i) => place === places[i]);
  return same && points.length === indices.length * dimensions ? points : undefined;
}
