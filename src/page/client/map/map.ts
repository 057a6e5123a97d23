import {still} from "../../../report/client/state";
import {PLACED_AMONG, placeOf} from "../../../tsne/place";
import {canvasOf, density} from "../elements";
import {guessOf, mapOf, type Page} from "../page";
import {classColors, colors} from "../palette";
import {type Atlas, makeAtlas} from "./atlas";
import {drawMap} from "./draw-map";
import {layOut} from "./lay-out";
import type {Scene} from "./scene";

export interface ShownMap {
  readonly scene: Scene;
  /** The next map to glide to, `[n * 2]`. Maps come faster than frames: only the last before a frame is laid out. */
  aim(points: ArrayLike<number>): void;
  /** Takes the answers of a moment, and how many are right. */
  score(probabilities: Float32Array, accuracy: number): void;
  hover(index: number): void;
  /** Draws again: colours, size or the picture at hand are others. */
  restyle(): void;
  moved(): void;
  /** Draws a frame, if anything moves. @param gap Milliseconds since the last. */
  frame(gap: number): void;
  /** In CSS pixels, from the panel's upper left corner. */
  placeOn(x: number, y: number): [number, number];
  /** Milliseconds that the last frames took to draw. */
  readonly costs: number[];
}

/** Pixels kept free below for the line of words. */
const NOTE = 24;
/** Milliseconds in which a point goes two thirds of its way, whatever the pace of the maps. */
const GLIDE = 130;
/** From this share of right answers on wrong ones get a ring: before, nearly all being wrong says nothing. */
const RINGS_FROM = 0.8;
/** How near two pictures may be, in their own sides: ink has room around it, and may stand closer. */
const APART = {ink: 0.65, whole: 1.05};
/** The least that a picture is lit. */
const DIM = 0.34;

export function openMap(page: Page): ShownMap {
  const canvas = canvasOf("map");
  const {lesson} = page;
  const count = lesson.test;
  const classes = lesson.classNames.length;
  const target = new Float32Array(2 * count);
  const light = new Float32Array(count);
  const scene: Scene = {
    ...{shown: new Float32Array(2 * count), lit: new Float32Array(count).fill(DIM), isWrong: new Uint8Array(count)},
    ...{rings: 0, guest: undefined, hovered: -1},
  };
  const costs: number[] = [];
  let atlas: Atlas | undefined;
  let isMoving = true;
  let pending: ArrayLike<number> | undefined;

  const half = () => (canvas.clientHeight - NOTE) / 2;
  const restyle = () => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const room = Math.sqrt((Math.min(width, 1.15 * height) * height) / count);
    const cell = Math.round(Math.max(10, Math.min(32, 1.02 * room)) * density());
    atlas = makeAtlas(page, classColors(classes), cell);
    isMoving = true;
  };
  new ResizeObserver(() => {
    restyle();
    pending ??= mapOf(page);
  }).observe(canvas);

  /** Where the picture at hand belongs: on its own place, or between those with the nearest scores. */
  const guestPlace = (): readonly [number, number] | undefined => {
    const {hand, answer} = page;
    if (!hand || !answer) return undefined;
    if (hand.index !== undefined) return [scene.shown[2 * hand.index], scene.shown[2 * hand.index + 1]];
    const {near, distances} = answer;
    const [x, y] = placeOf({count: Math.min(PLACED_AMONG, near.length), near, distances}, 0, scene.shown);
    return [x, y];
  };

  return {
    ...{scene, costs, restyle},
    aim(points) {
      pending = points;
      isMoving = true;
    },
    score(probabilities, accuracy) {
      scene.rings = Math.max(0, Math.min(1, (accuracy - RINGS_FROM) / 0.15));
      const chance = 1 / classes;
      for (let n = 0; n < count; n++) {
        const truth = page.labels[n];
        scene.isWrong[n] = guessOf({probabilities}, n, classes)[0] === truth ? 0 : 1;
        const sure = (probabilities[n * classes + truth] - 0.8 * chance) / 0.7;
        light[n] = DIM + (1 - DIM) * Math.min(1, Math.max(0, sure));
      }
      if (still.matches) scene.lit.set(light);
      isMoving = true;
    },
    hover(index) {
      scene.hovered = index;
      isMoving = true;
    },
    moved() {
      isMoving = true;
    },
    placeOn: (x, y) => [canvas.clientWidth / 2 + x * half(), half() + y * half()],
    frame(gap) {
      if (!isMoving || document.hidden || !atlas) return;
      const begun = performance.now();
      if (pending) {
        const apart = (APART[lesson.shape[2] > 1 ? "whole" : "ink"] * atlas.cell) / density() / half();
        layOut(pending, canvas.clientWidth / Math.max(1, 2 * half()), apart, target);
        if (still.matches) scene.shown.set(target);
        pending = undefined;
      }
      const share = still.matches ? 1 : 1 - Math.exp(-Math.min(50, gap) / GLIDE);
      let most = 0;
      for (let i = 0; i < 2 * count; i++) {
        const step = (target[i] - scene.shown[i]) * share;
        scene.shown[i] += step;
        most = Math.max(most, Math.abs(step));
      }
      for (let n = 0; n < count; n++) scene.lit[n] += (light[n] - scene.lit[n]) * share;
      const to = guestPlace();
      const from = scene.guest;
      const swift = page.hand?.index === undefined ? share : 1;
      if (!to || !from) scene.guest = to;
      else scene.guest = [from[0] + (to[0] - from[0]) * swift, from[1] + (to[1] - from[1]) * swift];
      const behind = to && scene.guest ? Math.abs(to[0] - scene.guest[0]) + Math.abs(to[1] - scene.guest[1]) : 0;
      isMoving = most > 2e-5 || behind > 1e-3;
      drawMap(page, scene, atlas, colors(), this.placeOn);
      costs.push(performance.now() - begun);
      if (costs.length > 4000) costs.shift();
    },
  };
}
