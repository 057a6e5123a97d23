import {fork, type RandomSource} from "../../../nouns/random";
import type {Batch} from "../../data/batches";
import {changes, type Ranges} from "./ranges";
import {type Transform, transformed} from "./transform";

/** Changes a batch's images in place. */
export type Augment = (batch: Batch, epoch: number) => void;

/**
 * Changes training images at random, differently at each epoch. Each image has its own random numbers, derived from the
 * seed, the epoch and its place among all training images. So a resumed run gives the same bits, and leaving some
 * images out does not change what happens to the others.
 *
 * @returns Undefined if the ranges change nothing.
 */
export function augmentation(ranges: Ranges, seed: number): Augment | undefined {
  if (!changes(ranges)) return undefined;
  return ({own, shape, pixels}, epoch) => {
    const size = shape[0] * shape[1] * shape[2];
    const image = new Float32Array(size);
    for (let n = 0; n < own.length; n++) {
      const changed = pixels.subarray(n * size, (n + 1) * size);
      image.set(changed);
      transformed(image, changed, shape, drawn(ranges, fork(seed, "augment", epoch, own[n])));
    }
  };
}

/**
 * Draws the change of one image. It always draws equally many numbers in this order, so that one range does not
 * influence the others.
 */
export function drawn({shift, turn, zoom, flip, brightness, contrast}: Ranges, random: RandomSource): Transform {
  const eachWay = (most: number) => most * (2 * random() - 1);
  const [shiftX, shiftY, angle] = [eachWay(shift), eachWay(shift), eachWay(turn)];
  const [zoomed, brighter, contrasted] = [
    eachWay(Math.log1p(zoom)),
    eachWay(brightness),
    eachWay(Math.log1p(contrast)),
  ];
  const [x, y] = [random() < 0.5, random() < 0.5];
  return {
    shiftX,
    shiftY,
    turn: (angle * Math.PI) / 180,
    zoom: Math.exp(zoomed),
    mirrorX: x && (flip === "horizontal" || flip === "both"),
    mirrorY: y && (flip === "vertical" || flip === "both"),
    brightness: brighter,
    contrast: Math.exp(contrasted),
  };
}
