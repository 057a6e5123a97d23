import type {ProjectionMethod} from "./method";
import {pca} from "./pca";
import {tsne} from "./tsne";
import {tsneJs} from "./tsne-js";
import {umap} from "./umap";

/** Every way of making a map, by its name on the command line. */
export const projections = {tsne, umap, pca, "tsne-js": tsneJs} satisfies Record<string, ProjectionMethod>;

export type ProjectionName = keyof typeof projections;
