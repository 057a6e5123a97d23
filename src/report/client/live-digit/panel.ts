import {hueVariable, mix, tokens} from "../colors";
import type {Data} from "../data";
import {h, setText} from "../dom";
import {pct} from "../format";
import {ON_PROCESSOR} from "../on-processor";
import {panel} from "../panels/panel";
import type {Store} from "../state";
import {fittedTo} from "../text-width";
import type {PageNetwork} from "./data";
import {forward, inputGradient, softmax} from "./network";
import {blank, type Point, placedAsDigit, stroke} from "./pad";
import {pictureOf} from "./picture-of";
import type {Volume} from "./windows";

/** How many classes get a bar; if there are more, the most probable ones. */
const BARS = 10;

export interface LiveDigit {
  readonly root: HTMLElement;
  draw(): void;
}

/**
 * A panel to draw on, or to drop a picture on. It shows at once what the run's best network, which the page computes,
 * says about the picture.
 */
export function mountLiveDigit(data: Data, network: PageNetwork, store: Store): LiveDigit {
  const {words, names, looks} = data;
  const help =
    `Draw a ${words.one} with a finger, a mouse or the keys, drop a picture, or take the test ${words.one} at hand and change it. ` +
    "The page computes the answer itself, with the weights of the run's best epoch. " +
    (words.one === "digit"
      ? "The drawing is first made as large as MNIST's digits are, and moved to the middle. "
      : "") +
    "Teal shows where a small change would move the answer's score most. " +
    "Keys on the sheet: arrows move the pen, Space puts it down and lifts it, Delete clears.";
  const {root, body} = panel("live", `Draw a ${words.one}`, help);
  if ("reason" in network) {
    body.append(h("p", {class: "meta"}, `The page cannot run this model: ${network.reason}.`));
    return {root, draw: () => undefined};
  }
  const {layers, shape, epoch} = network;
  let sheet = blank(shape);
  let isDrawn = true; // drawn by hand, and not a picture that was loaded
  let pen: Point = {x: shape[1] / 2, y: shape[0] / 2};
  let isDown = false;
  let isFocused = false;

  const pad = h("canvas", {class: "pad px", tabindex: "0", role: "application", width: shape[1], height: shape[0]});
  pad.setAttribute(
    "aria-label",
    `Sheet to draw a ${words.one} on: arrows move the pen, Space puts it down and lifts it, Delete clears`,
  );
  const seen = h("canvas", {class: "pad px seen", role: "img", width: shape[1], height: shape[0]});
  const verdict = h("p", {class: "verdict", "aria-live": "polite"});
  const bars = h("div", {class: "bars"});
  const said = h("p", {class: "meta", role: "status"});

  const paint = (canvas: HTMLCanvasElement, {height, width, channels, values}: Volume, over?: Float32Array) => {
    const context = canvas.getContext("2d", ON_PROCESSOR);
    if (!context) return;
    const {tile: paper, ink, saliency} = tokens();
    const picture = context.createImageData(width, height);
    for (let p = 0; p < width * height; p++) {
      const level = (c: number) => 255 * values[p * channels + Math.min(c, channels - 1)];
      const share = over ? 0.4 : 1;
      const base =
        channels === 1 ? mix(paper, ink, values[p] * share) : mix(paper, [level(0), level(1), level(2)], share);
      picture.data.set([...(over ? mix(base, saliency, over[p]) : base), 255], 4 * p);
    }
    context.putImageData(picture, 0, 0);
  };

  const draw = () => {
    const image = isDrawn && words.one === "digit" ? placedAsDigit(sheet) : sheet;
    paint(pad, sheet);
    if (isFocused) showPen();
    const isEmpty = isDrawn && sheet.values.every((value) => value === sheet.values[0]);
    const pass = forward(layers, image);
    const probabilities = softmax(pass.logits);
    const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
    const answer = order[0];
    const strength = new Float32Array(shape[0] * shape[1]);
    if (!isEmpty) {
      const gradient = inputGradient(layers, pass, answer);
      for (let i = 0; i < gradient.length; i++) {
        const p = Math.floor(i / shape[2]);
        strength[p] = Math.max(strength[p], Math.abs(gradient[i]));
      }
    }
    const most = strength.reduce((peak, value) => Math.max(peak, value), 0);
    paint(seen, image, most > 0 ? strength.map((value) => (value / most) ** 0.8) : strength);
    seen.setAttribute("aria-label", isEmpty ? "Nothing is drawn yet" : `Saliency for ${names[answer]}`);
    const shown = names.length > BARS ? order.slice(0, BARS) : [...names.keys()];
    bars.replaceChildren(
      ...shown.map((k) =>
        h(
          "div",
          {class: k === answer && !isEmpty ? "bar is-true" : "bar"},
          h("span", {class: "bar-n", title: names[k]}, fittedTo(names[k], 4.75, 0.9375, 650) || "–"),
          h("span", {class: "bar-track"}, fill(isEmpty ? 0 : probabilities[k], k)),
          h("span", {class: "bar-v"}, isEmpty ? "–" : pct(probabilities[k])),
        ),
      ),
    );
    if (isEmpty) verdict.replaceChildren(`Draw a ${words.one} here.`);
    else {
      const sure = h("span", {class: "num"}, pct(probabilities[answer]));
      verdict.replaceChildren(h("strong", {}, names[answer] || "–"), ", ", sure, " sure");
    }
  };
  const fill = (share: number, k: number) =>
    h("span", {class: "bar-fill", style: {"--w": String(share), "--c": hueVariable(looks[k])}});
  const showPen = () => {
    const context = pad.getContext("2d", ON_PROCESSOR);
    if (!context) return;
    const {saliency} = tokens();
    context.fillStyle = `rgb(${saliency})`;
    context.fillRect(Math.floor(pen.x), Math.floor(pen.y), 1, 1);
  };

  const clear = () => {
    sheet = blank(shape);
    isDrawn = true;
    isDown = false;
    setText(said, "");
    draw();
  };
  const at = ({clientX, clientY}: PointerEvent): Point => {
    const box = pad.getBoundingClientRect();
    return {x: ((clientX - box.left) / box.width) * shape[1], y: ((clientY - box.top) / box.height) * shape[0]};
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pad.setPointerCapture(event.pointerId);
    pen = at(event);
    stroke(sheet, pen, pen);
    draw();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const next = at(part);
      stroke(sheet, pen, next);
      pen = next;
    }
    draw();
  });
  const move: {readonly [key: string]: readonly [number, number]} = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = move[event.key];
    if (by) {
      const within = (value: number, side: number) => Math.min(side - 0.5, Math.max(0.5, value));
      const next = {x: within(pen.x + by[0], shape[1]), y: within(pen.y + by[1], shape[0])};
      if (isDown) stroke(sheet, pen, next);
      pen = next;
    } else if (event.key === " " || event.key === "Enter") {
      isDown = !isDown;
      if (isDown) stroke(sheet, pen, pen);
      setText(said, isDown ? "The pen is down." : "The pen is up.");
    } else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere on the page, arrow keys move through the epochs
    draw();
  });
  for (const [name, on] of [
    ["focus", true],
    ["blur", false],
  ] as const) {
    pad.addEventListener(name, () => {
      isFocused = on && pad.matches(":focus-visible");
      if (!on) isDown = false;
      draw();
    });
  }

  const load = async (file: File | undefined) => {
    if (!file) return;
    try {
      sheet = await pictureOf(file, shape);
      isDrawn = false;
      setText(said, file.name);
      draw();
    } catch {
      setText(said, `${file.name} is no picture that this browser can read.`);
    }
  };
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    void load(event.dataTransfer?.files[0]);
  });
  const chosen = h("input", {type: "file", accept: "image/*", class: "live-file", tabindex: "-1"});
  chosen.setAttribute("aria-label", "Picture to ask the network about");
  chosen.addEventListener("change", () => {
    void load(chosen.files?.[0]);
    chosen.value = "";
  });
  const takeTest = () => {
    const {height, width, channels} = data.image;
    const pixels = data.pixels(store.state.image);
    sheet = blank(shape);
    for (let i = 0; i < sheet.values.length; i++) {
      const [c, p] = [i % shape[2], Math.floor(i / shape[2])];
      const y = Math.floor((Math.floor(p / shape[1]) * height) / shape[0]);
      const x = Math.floor(((p % shape[1]) * width) / shape[1]);
      sheet.values[i] = pixels[(y * width + x) * channels + c] / 255;
    }
    isDrawn = false;
    setText(said, `Test image ${store.state.image}`);
    draw();
  };
  const button = (label: string, click: () => void) =>
    h("button", {type: "button", class: "tool", onclick: click}, label);
  body.append(
    h(
      "div",
      {class: "live-row"},
      h("figure", {class: "tile"}, pad, h("figcaption", {}, "Draw here")),
      h("figure", {class: "tile"}, seen, h("figcaption", {}, "What the network sees")),
      h("div", {class: "live-says"}, verdict, bars),
    ),
    h(
      "div",
      {class: "live-tools"},
      button("Clear", clear),
      button("Picture…", () => chosen.click()),
      data.count > 0 && button(`Test ${words.one}`, takeTest),
      chosen,
      said,
    ),
    h("p", {class: "meta"}, `The network of epoch ${epoch}, computed by this page.`),
  );
  draw();
  return {root, draw};
}
