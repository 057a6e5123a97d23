import {still} from "../../../report/client/state";
import {PLACED_AMONG, placeOf} from "../../../tsne/place";
import {canvasOf, density, sized} from "../elements";
import {guessOf, mapOf, type Page} from "../page";
import {classColors, colors} from "../palette";
import {drawMap, type Panel} from "./draw-map";
import {glide, shareOf} from "./glide";
import {layOut} from "./lay-out";
import type {Scene} from "./scene";
import {makeSprites, type Sprites} from "./sprites";

export interface ShownMap {
  readonly scene: Scene;
  /** The next map to glide to, `[n * 2]`. Maps come faster than frames: only the last before a frame is laid out. */
  aim(points: ArrayLike<number>): void;
  /** Takes the answers of a moment, and how many are right. */
  score(probabilities: Float32Array, accuracy: number): void;
  hover(index: number): void;
  /** Draws again because colours, the size or the current picture have changed. */
  restyle(): void;
  moved(): void;
  /** Draws a frame, if anything moves. @param gap Milliseconds since the last. */
  frame(gap: number): void;
  /** Converts a place on the map to a point on the panel, in CSS pixels from its upper left corner; and back. */
  placeOn(x: number, y: number): [number, number];
  placeAt(left: number, top: number): [number, number];
  /** How many milliseconds the last frames took to draw. */
  readonly costs: number[];
}

/** How many pixels are kept free at the bottom for the line of words. */
const NOTE = 24;
/**
 * Steps in a frame that are too small to be seen: of a picture, of the current picture (both in half heights), and of a
 * brightness.
 */
const [STILL, GUEST_STILL, DARK] = [2e-5, 1e-3, 1e-3];
/**
 * Wrong answers get a ring from this share of right answers on. Before that, nearly all are wrong, and rings would say
 * nothing.
 */
const RINGS_FROM = 0.8;
/**
 * How near two pictures may be, in units of their side. Ink on an empty ground has room around it, so such pictures may
 * be closer.
 */
const APART = {ink: 0.65, whole: 1.05};
/** The lowest brightness of a picture. */
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
  let sprites: Sprites | undefined;
  let image: ImageData | undefined;
  let isMoving = true;
  let pending: ArrayLike<number> | undefined;

  const panelOf = (): Panel => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    return {width, half: Math.max(1, (height - NOTE) / 2), dense: density()};
  };
  /** Makes the pictures for the panel's size and the theme's colours. */
  const makePictures = () => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const room = Math.sqrt((Math.min(width, 1.15 * height) * height) / count);
    const cell = Math.round(Math.max(10, Math.min(32, 1.02 * room)) * density());
    sprites = makeSprites(page.material, classColors(classes), cell, canvas.width);
    image = new ImageData(canvas.width, canvas.height);
  };
  new ResizeObserver(() => {
    isMoving = true;
    pending ??= mapOf(page);
  }).observe(canvas);

  /** The place of the current picture: its own place, or a place between the pictures with the nearest scores. */
  const guestPlace = (): readonly [number, number] | undefined => {
    const {hand, answer} = page;
    if (!hand || !answer) return undefined;
    if (hand.index !== undefined) return [scene.shown[2 * hand.index], scene.shown[2 * hand.index + 1]];
    const {near, distances} = answer;
    const [x, y] = placeOf({count: Math.min(PLACED_AMONG, near.length), near, distances}, 0, scene.shown);
    return [x, y];
  };
  /**
   * Moves the current picture towards its place.
   *
   * @returns Whether it is still on its way.
   */
  const moveGuest = (share: number): boolean => {
    const [to, from] = [guestPlace(), scene.guest];
    const swift = page.hand?.index === undefined ? share : 1;
    scene.guest = to && from ? [from[0] + (to[0] - from[0]) * swift, from[1] + (to[1] - from[1]) * swift] : to;
    if (!to || !scene.guest) return false;
    return Math.abs(to[0] - scene.guest[0]) + Math.abs(to[1] - scene.guest[1]) > GUEST_STILL;
  };

  return {
    ...{scene, costs},
    restyle() {
      image = undefined;
      isMoving = true;
    },
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
    placeOn(x, y) {
      const {width, half} = panelOf();
      return [width / 2 + x * half, half + y * half];
    },
    placeAt(left, top) {
      const {width, half} = panelOf();
      return [(left - width / 2) / half, (top - half) / half];
    },
    frame(gap) {
      if (!isMoving || document.hidden) return;
      const begun = performance.now();
      const {c} = sized(canvas);
      if (canvas.width === 0 || canvas.height === 0) return;
      if (canvas.width !== image?.width || canvas.height !== image.height) makePictures();
      if (!sprites || !image) return;
      const panel = panelOf();
      if (pending) {
        const side = sprites.cell / panel.dense / panel.half;
        const apart = APART[lesson.shape[2] > 1 ? "whole" : "ink"] * side;
        layOut(pending, {wide: panel.width / (2 * panel.half), apart, margin: 0.6 * side}, target);
        if (still.matches) scene.shown.set(target);
        pending = undefined;
      }
      const share = still.matches ? 1 : shareOf(gap);
      const isGliding = glide(scene.shown, target, share) > STILL;
      const isLighting = glide(scene.lit, light, share) > DARK;
      isMoving = moveGuest(share) || isGliding || isLighting;
      drawMap(page, scene, sprites, colors(), {c, image, panel});
      costs.push(performance.now() - begun);
      if (costs.length > 4000) costs.shift();
    },
  };
}
