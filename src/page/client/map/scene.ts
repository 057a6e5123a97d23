/** The part of the map that is visible in this frame. Places are in units of half the panel's height, [n * 2]. */
export interface Scene {
  readonly shown: Float32Array;
  /** How strongly each picture is drawn, 0 to 1. */
  readonly lit: Float32Array;
  readonly isWrong: Uint8Array;
  /** How strong the rings around wrong answers are, 0 to 1. */
  rings: number;
  /** The place of the current picture, if there is one. */
  guest: readonly [x: number, y: number] | undefined;
  /** The picture under the pointer, or the one to which keys have moved; −1 if there is none. */
  hovered: number;
}
