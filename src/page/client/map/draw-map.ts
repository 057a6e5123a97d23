import {css, type Tokens} from "../../../report/client/colors";
import {PLACED_AMONG} from "../../../tsne/place";
import {canvasOf, density, fitted} from "../elements";
import type {Page} from "../page";
import {pictureOf} from "../pictures";
import {type Atlas, PER_ROW} from "./atlas";
import type {Scene} from "./scene";

/** The ring of the picture at hand: its radius in a wide panel and in a narrow one, in CSS pixels. */
const [GUEST, SMALL_GUEST, NARROW] = [24, 15, 500];

/** Draws a frame of the map: all pictures, rings around wrong ones, and the picture at hand with lines to its nearest. */
export function drawMap(
  page: Page,
  scene: Scene,
  {canvas: atlas, cell}: Atlas,
  tokens: Tokens,
  placeOn: (x: number, y: number) => [number, number],
): void {
  const {c, width} = fitted(canvasOf("map"));
  const {shown, lit, isWrong, rings, guest, hovered} = scene;
  const dense = density();
  const size = cell / dense;
  const placeOf = (n: number) => placeOn(shown[2 * n], shown[2 * n + 1]);

  c.setTransform(1, 0, 0, 1, 0, 0); // whole device pixels: nothing is sampled again
  for (let n = 0; n < lit.length; n++) {
    const [x, y] = placeOf(n);
    const [column, row] = [(n % PER_ROW) * cell, Math.floor(n / PER_ROW) * cell];
    c.globalAlpha = lit[n];
    const [left, top] = [Math.round((x - size / 2) * dense), Math.round((y - size / 2) * dense)];
    c.drawImage(atlas, column, row, cell, cell, left, top, cell, cell);
  }
  c.setTransform(dense, 0, 0, dense, 0, 0);

  if (rings > 0) {
    c.globalAlpha = 0.9 * rings;
    c.strokeStyle = css(tokens.bad);
    c.lineWidth = 1.25;
    c.beginPath();
    for (let n = 0; n < lit.length; n++) if (isWrong[n]) circle(c, placeOf(n), size * 0.48);
    c.stroke();
  }
  c.globalAlpha = 1;
  c.strokeStyle = css(tokens.ink);
  c.lineWidth = 2;
  c.beginPath();
  if (hovered >= 0) circle(c, placeOf(hovered), size * 0.6);
  c.stroke();
  if (guest && page.hand) drawGuest();

  function drawGuest() {
    const place = placeOn(...(guest as [number, number]));
    const radius = width < NARROW ? SMALL_GUEST : GUEST;
    c.globalAlpha = 0.55;
    c.lineWidth = 1.25;
    c.beginPath();
    for (const n of page.answer?.near.subarray(0, PLACED_AMONG) ?? []) {
      if (n === page.hand?.index) continue;
      c.moveTo(...place);
      c.lineTo(...placeOf(n));
      circle(c, placeOf(n), size * 0.55);
    }
    c.stroke();
    c.globalAlpha = 1;
    c.fillStyle = css(tokens.panel);
    c.lineWidth = 2;
    c.beginPath();
    circle(c, place, radius);
    c.fill();
    c.stroke();
    if (!page.hand) return;
    const picture = pictureOf(page.hand.pixels, page.lesson);
    const scale = (radius * 1.4) / Math.max(picture.width, picture.height); // inside the ring, its corners too
    const [w, h] = [picture.width * scale, picture.height * scale];
    c.drawImage(picture, place[0] - w / 2, place[1] - h / 2, w, h);
  }
}

/** Adds a circle to the path, apart from what is there. */
function circle(c: CanvasRenderingContext2D, [x, y]: readonly [number, number], radius: number): void {
  c.moveTo(x + radius, y);
  c.arc(x, y, radius, 0, 7);
}
