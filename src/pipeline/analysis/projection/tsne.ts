import {embed} from "../../../tsne/index";
import type {ProjectionMethod} from "./method";

/** A map that starts from the last epoch's needs no exaggeration, and settles four times sooner. */
const FIRST = 1000;
const NEXT = 250;

/**
 * t-SNE (van der Maaten & Hinton 2008) by src/tsne. No chance in it: the first map starts from principal components.
 */
export const tsne: ProjectionMethod = {
  title: "t-SNE",
  mostPoints: Infinity,
  project({neighbourhood, data, dimensions, iterations, start}) {
    return start
      ? embed(neighbourhood, data, {dimensions, start, iterations: iterations || NEXT, exaggerationIterations: 0})
      : embed(neighbourhood, data, {dimensions, iterations: iterations || FIRST});
  },
};
