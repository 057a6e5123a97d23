import type {Dataset} from "../../nouns/samples";
import {metWeights} from "../../numbers/tracked-weights";
import {draw} from "../../plots/index";
import {csvTable} from "../record/csv-table";
import type {RunDirectory} from "../record/run-directory";
import {type KeptTrack, keptTracks, movesOf, type TrackedImage, trackedName} from "../record/tracks";

/** Makes `track.csv`, `track-weights.csv`, `track-layers.csv` and `track.png` from everything that a run kept about what it tracked. */
export async function keepTrackStory(directory: RunDirectory, {classNames, name}: Dataset): Promise<void> {
  const tracks = await keptTracks(directory.path);
  if (tracks.length === 0) return;
  const {images, classes} = tracks[0];
  const rows = tracks.flatMap(({at, logits}) =>
    at.flatMap((when, point) =>
      images.flatMap((image, n) => {
        const from = (point * images.length + n) * classes;
        const own = logits.subarray(from, from + classes);
        const most = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const sum = own.reduce((total, logit) => total + Math.exp(logit - most), 0);
        return Array.from(own, (logit, k) => ({when, image, k, logit, p: Math.exp(logit - most) / sum}));
      }),
    ),
  );
  const short = (value: number) => Number(value.toPrecision(6));
  const of = (list: readonly {readonly image: TrackedImage}[]) => ({
    image: list.map(({image}) => image.name ?? ""),
    split: list.map(({image}) => image.split),
    index: list.map(({image}) => image.index),
    file: list.map(({image}) => image.file ?? ""),
    given_label: list.map(({image}) => classNames[image.label]),
  });
  await directory.writeFile(
    "track.csv",
    csvTable({
      epochs: rows.map(({when}) => short(when)),
      ...of(rows),
      class: rows.map(({k}) => classNames[k]),
      logit: rows.map(({logit}) => short(logit)),
      probability: rows.map(({p}) => short(p)),
    }),
  );
  const weights = images.map((image, n) => ({image, met: metOf(tracks, n, image.label)}));
  const lines = weights.flatMap(({image, met}) => met.map((weight) => ({image, ...weight})));
  await directory.writeFile(
    "track-weights.csv",
    csvTable({
      ...of(lines),
      node: lines.map(({node}) => node),
      activation: lines.map(({activation}) => short(activation)),
      first_weight: lines.map(({values}) => short(values[0])),
      last_weight: lines.map(({values}) => short(values[values.length - 1])),
      change: lines.map(({change}) => short(change)),
      change_over_spread: lines.map(({overSpread}) => short(overSpread)),
      pushed_logit: lines.map(({pushed}) => short(pushed)),
    }),
  );
  await keepMoves(directory, tracks);
  const {png} = draw("tracked", {
    title: `${name}: ${images.length === 1 ? "one image" : `${images.length} images`} within the epochs`,
    classNames,
    images: images.map((image, n) => ({
      name: `${trackedName(image)}, labelled ${classNames[image.label]}`,
      label: image.label,
      at: tracks.flatMap(({at}) => at),
      logits: tracks.flatMap(({at, logits}) =>
        at.map((_, point) =>
          logits.slice((point * images.length + n) * classes, (point * images.length + n + 1) * classes),
        ),
      ),
      weights: weights[n].met.map(({node, values}) => ({node, values: [...values]})),
    })),
  });
  await directory.writeFile("track.png", png);
}

/** How far each layer moved between two looks, as `track-layers.csv`; no file if a run of an earlier version did not keep it. */
async function keepMoves(directory: RunDirectory, tracks: readonly KeptTrack[]): Promise<void> {
  const short = (value: number) => Number(value.toPrecision(6));
  const lines = movesOf(tracks).flatMap(({at, layers, moved, lengths}) =>
    layers.map((layer, n) => ({at, layer, moved: moved[n], length: lengths[n]})),
  );
  if (lines.length === 0) return;
  await directory.writeFile(
    "track-layers.csv",
    csvTable({
      epochs: lines.map(({at}) => short(at)),
      layer: lines.map(({layer}) => layer),
      moved: lines.map(({moved}) => short(moved)),
      length_before: lines.map(({length}) => short(length)),
      moved_over_length: lines.map(({moved, length}) => short(length > 0 ? moved / length : 0)),
    }),
  );
}

/** For image n, the weights that led to its label; empty if they were not kept. */
function metOf(tracks: readonly KeptTrack[], n: number, label: number) {
  const kernels = tracks.flatMap(({kernel}) => (kernel ? [kernel] : []));
  const {features, images, classes} = tracks[tracks.length - 1];
  const width = features.length / images.length;
  if (kernels.length < 2 || kernels.length < tracks.length) return [];
  return metWeights(features.subarray(n * width, (n + 1) * width), kernels, classes, label);
}
