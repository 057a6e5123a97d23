import {visible} from "../../escape/visible";
import {confusionCounts} from "../../numbers/confusion";
import {classLook} from "../../plots/class-looks";
import type {Packed, ReportFile} from "../report-file";
import {decodeAttention} from "./attention";
import type {Answers, Data, InsideData, LimeData, MapData, SaliencyData, Words} from "./data";
import {predictions} from "./derive";
import {decodeExplained} from "./explained";
import {decodeLayers} from "./layers/data";
import {decodeModel} from "./live-digit/data";
import {decodePixelMaps} from "./pixel-maps";
import {decodeTraining} from "./training/data";
import {reasonsOf} from "./why/reasons";

/** Views the page's arrays in place. */
export function decode(file: ReportFile, bytes: ArrayBuffer): Data {
  const view = (packed: Packed) => viewOf(packed, bytes);
  const [, height = 0, width = 0, channels = 1] = file.images?.pixels.shape ?? [];
  const size = height * width * channels;
  const pixels = file.images ? (view(file.images.pixels) as Uint8Array) : new Uint8Array(0);
  const labels = file.images ? (view(file.images.labels) as Uint16Array) : new Uint16Array(0);
  const classes = file.classNames.length;
  const answers = file.stops.map((_, s): Answers | null => {
    const packed = file.probabilities?.[s];
    if (!packed) return null;
    const fractions = view(packed);
    const scale = packed.scale ?? 1;
    const {predicted, confidence} = predictions(fractions, classes, scale);
    const counts = confusionCounts(labels, predicted, classes);
    let wrong = 0;
    for (let i = 0; i < labels.length; i++) if (predicted[i] !== labels[i]) wrong++;
    return {predicted, confidence, counts, wrong, of: (i, k) => fractions[i * classes + k] * scale};
  });
  const map = decodeMap(file, view, labels.length);
  const saliency = decodeSaliency(file, view);
  const lime = decodeLime(file, view);
  const chosen = file.stops.map((_, s) => {
    const tiles = (file.saliency?.maps ?? []).flatMap((map) => map.tiles[s]?.indices ?? []);
    return new Set([...tiles, ...(file.lime?.entries[s] ?? []).map(({index}) => index)]);
  });
  const pixelMaps = decodePixelMaps(file.pixelMaps, view);
  const many = [...(lime?.many ? [lime.many] : []), ...pixelMaps];
  const explained = chosen.map((images, s) => new Set([...images, ...many.flatMap((one) => one.at(s))]));
  const ever = new Set(explained.flatMap((stop) => [...stop]));
  const ascending = [ever, ...explained].map((images) => [...images].sort((a, b) => a - b));
  const epochs = file.stops;
  const last = epochs.length - 1;
  const explainedAt = (stop = -1) => ascending[stop + 1];
  return {
    file,
    words: wordsFor(file.run.data.name),
    names: file.classNames,
    classes,
    looks: file.classNames.map((_, k) => classLook(k, classes)),
    epochs,
    last,
    count: labels.length,
    labels,
    fileOf: (i) => fileOf(file, i),
    image: {height, width, channels},
    pixels: (i) => pixels.subarray(i * size, (i + 1) * size),
    answers,
    model: file.model && decodeModel(file.model, file.run.data.imageShape, view),
    map,
    saliency,
    lime,
    pixelMaps,
    attention: file.attention && decodeAttention(file.attention, view),
    inside: decodeInside(file, view),
    layers: file.layers && decodeLayers(file.layers, view),
    training: file.training && decodeTraining(file.training, classes, view),
    columns: (file.columns ?? []).map(({name, values, of}) => ({name, values: Array.from(view(of), (n) => values[n])})),
    // only for the images that the run chose, because it would take seconds for many images
    reasons: reasonsOf({lime, answers, last, epochs, explained: (stop) => [...chosen[stop]].sort((a, b) => a - b)}),
    explained: explainedAt,
    isExplained: (i, stop) => (stop === undefined ? ever : explained[stop]).has(i),
    metrics: (stop) => file.metrics.find(({epoch}) => epoch === file.stops[stop]),
  };
}

function wordsFor(dataName: string): Words {
  return /mnist/i.test(dataName) && !/fashion/i.test(dataName)
    ? {one: "digit", many: "digits", as: "read as", right: "read right", asAnswered: "as read"}
    : {one: "image", many: "images", as: "taken for", right: "recognised", asAnswered: "as answered"};
}

export type View = Uint8Array | Int8Array | Uint16Array | Uint32Array | Float32Array;
/** Views a packed array in place. */
export function viewOf({dtype, shape, offset}: Packed, bytes: ArrayBuffer): View {
  const length = shape.reduce((product, n) => product * n, 1);
  const Kind = {u8: Uint8Array, i8: Int8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array}[dtype];
  return new Kind(bytes, offset, length);
}

function decodeMap(file: ReportFile, view: (packed: Packed) => View, images: number): MapData | null {
  const {map} = file;
  if (!map) return null;
  const image = view(map.indices) as Uint32Array;
  const point = new Int32Array(images).fill(-1);
  image.forEach((i, m) => {
    point[i] = m;
  });
  const given = map.points.map((packed) => packed && Float32Array.from(view(packed), (v) => v * (packed.scale ?? 1)));
  const nearest = (s: number) => {
    for (let away = 0; away < given.length; away++) {
      const found = given[s - away] ?? given[s + away];
      if (found) return found;
    }
    return new Float32Array(image.length * map.dimensions);
  };
  const at = given.map((_, s) => nearest(s));
  return {
    count: image.length,
    image,
    point,
    dimensions: map.dimensions,
    at,
    own: given.map((points) => points !== null),
    facts: map.facts,
    neighbours: (stop, m, count) => {
      const packed = map.neighbours?.[stop];
      if (packed) {
        const k = packed.shape[1];
        return {points: [...view(packed).subarray(m * k, m * k + Math.min(k, count))], from: "features"};
      }
      return {points: nearestPoints(at[stop], map.dimensions, m, count), from: "map"};
    },
  };
}

/** The `count` points nearest to point m, nearest first, by Euclidean distance; m itself left out. */
export function nearestPoints(points: Float32Array, dimensions: number, m: number, count: number): number[] {
  const distances = new Float32Array(points.length / dimensions);
  for (let p = 0; p < distances.length; p++) {
    for (let j = 0; j < dimensions; j++) {
      distances[p] += (points[p * dimensions + j] - points[m * dimensions + j]) ** 2;
    }
  }
  const order = Uint32Array.from(distances.keys()).sort((a, b) => distances[a] - distances[b]);
  return [...order.filter((p) => p !== m).subarray(0, count)];
}

function decodeSaliency({saliency}: ReportFile, view: (packed: Packed) => View): SaliencyData | null {
  if (!saliency) return null;
  const {height, width, maps} = saliency;
  const size = height * width;
  return {
    height,
    width,
    maps: maps.map(({name, signed, tiles}) => ({
      name,
      signed,
      tile: (stop, i, wanted) => {
        const here = tiles[stop];
        if (!here) return null;
        const places = here.indices.flatMap((index, at) => (index === i ? [at] : []));
        const at = places.find((place) => here.targets[place] === wanted) ?? places[0];
        if (at === undefined) return null;
        const full = signed ? 127 : 255;
        const values = Float32Array.from(view(here.values).subarray(at * size, (at + 1) * size), (v) => v / full);
        return {target: here.targets[at], trust: here.trust[at], values};
      },
    })),
  };
}

function decodeLime(file: ReportFile, view: (packed: Packed) => View): LimeData | null {
  const {lime} = file;
  if (!lime) return null;
  const many = lime.many ? decodeExplained(lime.many, view) : null;
  return {
    height: lime.height,
    width: lime.width,
    many,
    of(stop, i) {
      const own = (lime.entries[stop] ?? [])
        .filter(({index}) => index === i)
        .map((entry) => ({...entry, pieces: view(entry.segments) as Uint16Array}));
      const more = many?.of(stop, i);
      return more && !own.some(({explained}) => explained === more.explained) ? [...own, more] : own;
    },
  };
}

function decodeInside({inside}: ReportFile, view: (packed: Packed) => View): InsideData | null {
  if (!inside) return null;
  return {
    images: inside.indices,
    weights: (stop) => inside.stops[stop]?.weights ?? null,
    activations: (stop, image) =>
      (inside.stops[stop]?.activations ?? []).map(({layer, type, of, size: own, values}) => {
        const [, height, width, channels] = values.shape;
        const size = height * width * channels;
        const at = inside.indices.indexOf(image) * size;
        return {
          layer,
          type,
          of,
          size: own,
          height,
          width,
          channels,
          values: Float32Array.from(view(values).subarray(at, at + size), (v) => v / 255),
        };
      }),
  };
}

/** A browser follows a link to a file only from a page that is itself a file. */
function fileOf({images}: ReportFile, i: number): ReturnType<Data["fileOf"]> {
  const path = images?.files?.paths[i];
  if (path === undefined) return null;
  const folder = images?.files?.folder;
  const link = folder && location.protocol === "file:" ? `${folder}${path}` : null;
  return {path: visible(decodeURIComponent(path)), link};
}
