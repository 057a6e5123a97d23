import {positiveInteger} from "../../nouns/options";
import {argMaxRows} from "../../numbers/scores";
import {movementByClass} from "../maps/linear/procrustes";
import {epochNotes, mapNotes} from "../maps/map-notes";
import {type MapSettings, mapSettings} from "../maps/map-rows";
import {projections} from "../maps/methods/index";
import type {Artifact, Probe, ProbeContext} from "../types";
import {activationsOf, evenly, rowsAt} from "./activations";
import {after} from "./after";
import {filesAt} from "./files-at";

export interface ProjectionOptions extends MapSettings {
  readonly layer: string;
  readonly points: number;
}

/** Shows how the network groups images: a map of the test images by the activations of one layer. */
export const projection: Probe<ProjectionOptions> = {
  name: "projection",
  help: "how the network groups what it sees: a map of the test images by a layer's activations",
  options: {
    ...mapSettings,
    layer: {
      default: "",
      help: "a layer's name, or pixels, or logits; default: the layer that feeds the last dense one",
    },
    points: {
      default: 10_000,
      help: "how many test images the map shows, taken evenly from all",
      check: positiveInteger,
    },
  },
  layer: ({layer}) => (layer === "pixels" || layer === "logits" ? undefined : layer),
  async *run(context, given) {
    const {classifier, test, testLabels, testProbabilities, testActivations, say, epoch, random, jobs} = context;
    const {classNames} = classifier;
    const {title: name, mostPoints} = projections[given.method];
    const wanted = Math.min(given.points, test.count);
    const count = Math.min(wanted, mostPoints);
    if (count < wanted) say(`${name}: ${count} of ${wanted.toLocaleString("en")} points, it would take too long`);
    const indices = evenly(count, test.count);
    const labels = Uint16Array.from(indices, (place) => testLabels[place]);
    const isKnown = testActivations?.layer === given.layer;
    const rows = isKnown
      ? rowsAt(testActivations, indices)
      : await activationsOf(classifier, test, given.layer, indices);
    const before = await previousMap(context, indices, given.dimensions, given.method);
    const question = {rows, settings: given, labels, seed: Math.floor(random() * 2 ** 32)};
    const moved = isKnown ? [] : [rows.values.buffer as ArrayBuffer];
    const predicted = argMaxRows(testProbabilities, classNames.length);
    const wrong = Uint8Array.from(indices, (place, i) => (predicted[place] === labels[i] ? 0 : 1));
    const title = `${name} of ${given.layer || "the last layer before the scores"}, ${after(epoch)}`;
    const made = async (): Promise<Artifact> => {
      const map = await jobs.ask("mapRows", before ? {...question, before} : question, {moved, say});
      const {points, nearest, ...figures} = map;
      const movement = before ? movementByClass(points, before, given.dimensions, labels, classNames.length) : null;
      const notes = [...mapNotes(figures, count, "test images"), ...epochNotes(movement, epoch)];
      return {
        name: "map",
        plot: "scatter",
        data: {title, points, labels, classNames, wrong, notes},
        numbers: {
          indices,
          ...filesAt(test, indices),
          nearest: count <= 2 ** 16 ? Uint16Array.from(nearest) : nearest,
          ...figures,
          movement,
          method: given.method,
          settings: {...given},
        },
      };
    };
    yield {later: made()};
  },
};

/** The last map of the same points by the same method, if there is one. */
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
