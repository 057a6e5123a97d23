import type {Config} from "../../src/page/config";
import {materialFrom} from "../../src/page/file/material";
import type {Material} from "../../src/page/lesson";
import {openData} from "../../src/pipeline/data/index";

/** Settings of MNIST's page and the weights they end at: in Node, in Chromium and in Firefox, on x64. */
export const KNOWN_RUNS: readonly {readonly change: Partial<Config>; readonly hash: string}[] = [
  {change: {}, hash: "053db8eb"},
  {change: {train: 250, noise: 0.4, width: 32}, hash: "930e4889"},
  {change: {train: 500, epochs: 1, width: 8, rate: 0.01, seed: 3}, hash: "ab6570d5"},
];

/** The pictures of MNIST's page. */
export async function mnistMaterial(): Promise<Material> {
  const limits = {trainLimit: Infinity, testLimit: Infinity, seed: 0};
  const opening = openData({data: "mnist", dataUrl: "", ...limits, cacheFolder: "/nowhere"});
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return (await materialFrom(value, 10e6)).material;
  }
}

/** A lesson with only the first images, to be quick. */
export function firstOf({lesson, pixels, labels}: Material, train: number, test: number): Material {
  const size = pixels.length / labels.length;
  const parts = [[0, train] as const, [lesson.train, lesson.train + test] as const];
  const taken = (values: Uint8Array, each: number) =>
    Uint8Array.from(parts.flatMap(([from, to]) => [...values.subarray(from * each, to * each)]));
  return {lesson: {...lesson, train, test, opensWith: 0}, pixels: taken(pixels, size), labels: taken(labels, 1)};
}
