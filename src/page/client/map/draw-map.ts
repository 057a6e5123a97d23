import {css, type Tokens} from "../../../report/client/colors";
import {PLACED_AMONG} from "../../../tsne/place";
import type {Page} from "../page";
import {pictureOf} from "../pictures";
import type {Scene} from "./scene";
import {OPAQUE, packed, putSprite, type Sprites} from "./sprites";

/** The ring around the current picture: its radius in a wide panel and in a narrow one, in CSS pixels. */
const [GUEST, SMALL_GUEST, NARROW] = [24, 15, 500];

/** The map's panel: `half` is half of its height without the line of words, in CSS pixels; it is the unit of places. */
export interface Panel {
  readonly width: number;
  readonly half: number;
  /** How many device pixels a CSS pixel has. */
  readonly dense: number;
}

/**
 * Draws a frame of the map: all pictures, rings around wrong ones, and the current picture with lines to its nearest
 * ones.
 */
export function drawMap(
  page: Page,
  scene: Scene,
  sprites: Sprites,
  tokens: Tokens,
  {c, image, panel}: {readonly c: CanvasRenderingContext2D; readonly image: ImageData; readonly panel: Panel},
): void {
  const {width, half, dense} = panel;
  const {shown, lit, isWrong, rings, guest, hovered} = scene;
  const size = sprites.cell / dense;
  const xOf = (x: number) => width / 2 + x * half;
  const yOf = (y: number) => half + y * half;
  putPictures(scene, sprites, tokens, image, [(width / 2) * dense, half * dense, half * dense]);
  c.putImageData(image, 0, 0);

  if (rings > 0) {
    c.globalAlpha = 0.9 * rings;
    c.strokeStyle = css(tokens.bad);
    c.lineWidth = 1.25;
    c.beginPath();
    for (let n = 0; n < lit.length; n++) if (isWrong[n]) ring(n, 0.48);
    c.stroke();
  }
  c.globalAlpha = 1;
  c.strokeStyle = css(tokens.ink);
  c.lineWidth = 2;
  c.beginPath();
  if (hovered >= 0) ring(hovered, 0.6);
  c.stroke();
  if (guest && page.hand) drawGuest();

  /** Adds a circle around a picture to the path. */
  function ring(n: number, radius: number) {
    circle(c, xOf(shown[2 * n]), yOf(shown[2 * n + 1]), size * radius);
  }

  function drawGuest() {
    const [gx, gy] = guest as readonly [number, number];
    const place = [xOf(gx), yOf(gy)] as const;
    const radius = width < NARROW ? SMALL_GUEST : GUEST;
    c.globalAlpha = 0.55;
    c.lineWidth = 1.25;
    c.beginPath();
    for (const n of page.answer?.near.subarray(0, PLACED_AMONG) ?? []) {
      if (n === page.hand?.index) continue;
      c.moveTo(...place);
      c.lineTo(xOf(shown[2 * n]), yOf(shown[2 * n + 1]));
      ring(n, 0.55);
    }
    c.stroke();
    c.globalAlpha = 1;
    c.fillStyle = css(tokens.panel);
    c.lineWidth = 2;
    c.beginPath();
    circle(c, ...place, radius);
    c.fill();
    c.stroke();
    if (!page.hand) return;
    const picture = pictureOf(page.hand.pixels, page.lesson);
    const scale = (radius * 1.4) / Math.max(picture.width, picture.height); // inside the ring, with its corners
    const [w, h] = [picture.width * scale, picture.height * scale];
    c.drawImage(picture, place[0] - w / 2, place[1] - h / 2, w, h);
  }
}

/** Adds a circle to the path, not connected with what is there. */
function circle(c: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  c.moveTo(x + radius, y);
  c.arc(x, y, radius, 0, 7);
}

/** Draws all pictures on the panel's background, each at whole device pixels. */
function putPictures(
  {shown, lit}: Scene,
  sprites: Sprites,
  {panel}: Tokens,
  {data, width, height}: ImageData,
  [middleX, middleY, unit]: readonly [number, number, number],
): void {
  const pixels = new Int32Array(data.buffer);
  pixels.fill(packed(panel) | OPAQUE);
  const {cell} = sprites;
  const [right, bottom] = [width - cell, height - cell];
  if (right < 0 || bottom < 0) return;
  for (let n = 0; n < lit.length; n++) {
    const left = Math.round(middleX + shown[2 * n] * unit - cell / 2);
    const top = Math.round(middleY + shown[2 * n + 1] * unit - cell / 2);
    const corner = Math.max(0, Math.min(bottom, top)) * width + Math.max(0, Math.min(right, left));
    putSprite(sprites, n, pixels, corner, lit[n]);
  }
}
