import {metWeights} from "../../numbers/tracked-weights";
import {type KeptTrack, trackedName} from "../../pipeline/record/tracks";
import type {Recall, Saved} from "../file-memory";
import type {TrackedShown} from "../tracked-file";
import {array} from "./saved-values";

/** How many classes and how many moments a page carries for an image. */
const [MOST_CLASSES, MOST_POINTS] = [6, 240];

const short = (value: number) => Number(value.toPrecision(4));

/**
 * The images that the user followed.
 *
 * @param files For "track", a map from each epoch to a path. @returns null if there are none.
 */
export function gatherTracked(
  files: ReadonlyMap<number, string> | undefined,
  finished: (epoch: number) => boolean,
  recall: Recall,
): TrackedShown | null {
  const epochs = [...(files?.keys() ?? [])].filter((epoch) => epoch === 0 || finished(epoch)).sort((a, b) => a - b);
  if (!files || epochs.length === 0) return null;
  const tracks = epochs.map((epoch) => recall(files.get(epoch) as string, "track", trackOf));
  const last = tracks[tracks.length - 1];
  const {images, classes} = last;
  const width = last.features.length / images.length;
  const kernels = tracks.flatMap(({kernel}) => (kernel ? [kernel] : []));
  const points = tracks.flatMap((track) => track.at.map((at, point) => ({track, at, point})));
  const step = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const shown = points.filter((_, n) => n % step === 0 || n === points.length - 1);
  return {
    images: images.map((image, n) => {
      const {label} = image;
      const logit = ({track, point}: (typeof points)[number], k: number) =>
        track.logits[(point * images.length + n) * classes + k];
      const end = points[points.length - 1];
      const ranked = Array.from({length: classes}, (_, k) => k)
        .filter((k) => k !== label)
        .sort((a, b) => logit(end, b) - logit(end, a));
      const chosen = [label, ...ranked.slice(0, MOST_CLASSES - 1)];
      const met =
        kernels.length === tracks.length && kernels.length > 1
          ? metWeights(last.features.subarray(n * width, (n + 1) * width), kernels, classes, label)
          : [];
      return {
        ...{name: trackedName(image), label, classes: chosen},
        at: shown.map(({at}) => short(at)),
        logits: chosen.map((k) => shown.map((one) => short(logit(one, k)))),
        weights: met.map(({node, values, change, overSpread, pushed}) => ({
          ...{node, values: values.map(short), change: short(change)},
          ...{overSpread: short(overSpread), pushed: short(pushed)},
        })),
      };
    }),
  };
}

function trackOf(saved: Saved): KeptTrack {
  const track = saved as unknown as KeptTrack;
  for (const name of ["logits", "features"] as const) array(track[name], name);
  return track;
}
