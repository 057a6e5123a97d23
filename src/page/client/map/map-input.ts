import {testPixels} from "../../lesson";
import {byId, canvasOf} from "../elements";
import {guessOf, momentOf, type Page} from "../page";
import {paintPicture} from "../pictures";
import type {ShownMap} from "./map";
import {nearestTo, next} from "./next";

/** How far a pointer may be from a picture, in CSS pixels. */
const REACH = 16;
const ARROWS: {readonly [key: string]: readonly [number, number]} = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Handles the pointer and the keys on the map: they show a picture, and a click or Enter takes it. */
export function listenToMap(page: Page, map: ShownMap, pick: (index: number) => void): void {
  const canvas = canvasOf("map");
  const tip = byId("tip");
  const placeOf = (n: number) => map.placeOn(map.scene.shown[2 * n], map.scene.shown[2 * n + 1]);

  const under = (event: MouseEvent): number => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = map.placeAt(event.clientX - box.left, event.clientY - box.top);
    const n = nearestTo(x, y, map.scene.shown);
    const [nx, ny] = placeOf(n);
    return Math.hypot(nx - event.clientX + box.left, ny - event.clientY + box.top) < REACH ? n : -1;
  };
  /** Describes the picture at `n` in words. */
  const wordsOf = (n: number): string => {
    const {classNames} = page.lesson;
    const moment = momentOf(page);
    const truth = page.labels[n];
    const guess = moment ? guessOf(moment, n, classNames.length)[0] : truth;
    return `a ${classNames[truth]}, ${guess === truth ? "read right" : `read as ${classNames[guess]}`}`;
  };
  const show = (n: number) => {
    map.hover(n);
    tip.hidden = n < 0;
    if (n < 0) return;
    const picture = tip.querySelector("canvas");
    if (picture) paintPicture(picture, testPixels(page.material, n), page.lesson, {most: 255});
    const words = tip.querySelector("p");
    if (words) words.textContent = wordsOf(n);
    const [x, y] = placeOf(n);
    tip.style.left = `${x + (x > canvas.clientWidth - 220 ? -200 : 20)}px`;
    tip.style.top = `${Math.max(8, Math.min(canvas.clientHeight - 80, y - 36))}px`;
  };

  canvas.addEventListener("pointermove", (event) => {
    const n = under(event);
    if (event.pointerType === "touch") map.hover(n);
    else show(n);
  });
  canvas.addEventListener("pointerleave", () => show(-1));
  canvas.addEventListener("blur", () => show(-1));
  canvas.addEventListener("click", (event) => {
    const n = under(event);
    if (n >= 0) pick(n);
  });
  canvas.addEventListener("keydown", (event) => {
    const {hovered} = map.scene;
    const arrow = ARROWS[event.key];
    if (arrow && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const from = hovered >= 0 ? hovered : (page.hand?.index ?? nearestTo(0, 0, map.scene.shown));
      const to = hovered < 0 ? from : next(map.scene.shown, from, arrow);
      show(to);
      byId("status").textContent = wordsOf(to);
    } else if (event.key === "Enter" && hovered >= 0) pick(hovered);
    else return;
    event.preventDefault();
    event.stopPropagation(); // arrows move the timeline elsewhere
  });
}
