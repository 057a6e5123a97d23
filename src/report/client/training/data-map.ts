import {css, type Tokens, tokens} from "../colors";
import type {Data} from "../data";
import {h, rem, setText} from "../dom";
import {int, pct} from "../format";
import {drawOutline} from "../map/draw-outline";
import {splat, wipe} from "../map/splat";
import {ON_PROCESSOR} from "../on-processor";
import {panel, segmented} from "../panels/panel";
import {drawWhenSized} from "../sized";
import type {Store} from "../state";
import {theme} from "../theme";
import type {TrainingData} from "./data";
import {dotHand} from "./dot-hand";
import {drawAxes} from "./draw-axes";
import {dotPlaces, rowsByStep, STEPS, shareColor} from "./map-dots";
import {mapRange} from "./map-range";
import {samplePicture} from "./sample-picture";
import {chosenRows, epochsAt, regions} from "./samples";

const TURN = 2 * Math.PI;
/** How many canvas pixels a CSS pixel has on paper: 288 to the inch. */
const PAPER_DENSITY = 3;

/**
 * The data map: each training image is placed by how sure the network was of its label and how steadily, and moves with
 * the timeline. A circle drawn around dots fills the list. The file is long because it is one closure over one canvas,
 * like the map of the test images; `dot-hand.ts` handles the pointer and the keys.
 */
export function mountDataMap(data: Data, training: TrainingData, store: Store): {root: HTMLElement; draw(): void} {
  const {words, names, epochs: stops} = data;
  const help =
    `Each dot is one training ${words.one}. The higher it is, the surer the network was of its label, on average over the epochs so far; the further right, the more ` +
    "this varied (standard deviation). Colour: at how many epochs the answer was right. Low on the left: never learned, " +
    "often because the label is wrong. “Zoomed” spreads the corners, where most dots lie; “Plain” is the paper's own (Swayamdipta et al. " +
    "2020). Draw a circle round dots to list them; Shift and an arrow key go from dot to dot, Enter opens one; “Select” takes numbers in place of a circle.";
  const axes = segmented(
    "Axes",
    [
      ["zoomed", "Zoomed"],
      ["plain", "Plain"],
    ] as const,
    "zoomed",
    (choice) => store.set({mapZoomed: choice === "zoomed"}),
  );
  const lasso = h("button", {class: "tool", type: "button", title: "Draw round the dots to list them"}, "Lasso");
  const range = mapRange(training, store, () => stops[store.state.stop]);
  const {root, body} = panel("datamap", "Data map", help, lasso, range.button, axes.root);

  const canvas = h("canvas", {class: "map-cv", tabindex: "0", role: "application"});
  const caption = h("span");
  const card = h("div", {class: "map-card", hidden: true}, caption);
  const areas = (["easy", "ambiguous", "hard"] as const).map((name) => {
    const count = h("b");
    const what = h("span");
    const button = h("button", {type: "button", class: `dm-lab dm-${name}`, title: "List them"}, count, what);
    return {name, count, what, button};
  });
  const none = h(
    "p",
    {class: "empty dm-none", hidden: true},
    `Each training ${words.one} has a dot from the first epoch on.`,
  );
  const stage = h("div", {class: "map-stage dm-stage"}, canvas, card, ...areas.map(({button}) => button), none);
  const steps = h("span", {class: "dm-steps", "aria-hidden": "true"}, ...Array.from({length: STEPS}, () => h("i")));
  const most = h("span");
  const foot = h(
    "div",
    {class: "map-foot dm-foot"},
    h("span", {class: "dm-key"}, "right in 0", steps, most),
    h("span", {class: "map-facts"}, "↑ surer → less steady"),
  );
  body.append(range.form, stage, foot);

  const context = canvas.getContext("2d", ON_PROCESSOR) as CanvasRenderingContext2D; // a new canvas always has one
  const screen = new Float32Array(3 * training.rows);
  let [width, height, density] = [0, 0, 1];
  let sheet = context.createImageData(1, 1);
  let look: Tokens = tokens();
  const hand = dotHand(canvas, store, {
    screen,
    lasso,
    redraw: () => draw(),
    onLasso: (on) => root.classList.toggle("lassoing", on),
  });
  const known = new Map<string, Float32Array>();
  const placesOf = (epochs: number) => {
    const {mapZoomed} = store.state;
    const key = `${epochs} ${mapZoomed}`;
    const made = known.get(key) ?? dotPlaces(training, epochs, mapZoomed);
    known.set(key, made);
    return made;
  };
  let grouped = "";
  let groups: readonly Int32Array[] = [];
  const edge = () => ({left: 2.6 * rem(), right: 0.6 * rem(), top: 0.6 * rem(), bottom: 1.5 * rem()});

  const placeDots = () => {
    const now = Math.max(0, Math.min(data.last, store.state.at));
    const [before, after] = [Math.floor(now), Math.min(data.last, Math.floor(now) + 1)];
    const [from, to] = [before, after].map((stop) => placesOf(epochsAt(training, stops[stop])));
    const share = now - before;
    const {left, right, top, bottom} = edge();
    const [wide, high] = [width - left - right, height - top - bottom];
    for (let row = 0; row < training.rows; row++) {
      screen[3 * row] = left + wide * (from[2 * row] + (to[2 * row] - from[2 * row]) * share);
      screen[3 * row + 1] = top + high * (from[2 * row + 1] + (to[2 * row + 1] - from[2 * row + 1]) * share);
    }
  };
  const trail = (row: number) => {
    const {left, right, top, bottom} = edge();
    const reached = training.epochsBy(stops[store.state.stop]);
    context.beginPath();
    for (let epochs = 1; epochs <= reached; epochs++) {
      const places = placesOf(epochs);
      const x = left + (width - left - right) * places[2 * row];
      context.lineTo(x, top + (height - top - bottom) * places[2 * row + 1]);
    }
    for (const [color, thickness] of [[look.panel, 3.5] as const, [look.ink, 1.4] as const]) {
      context.strokeStyle = css(color);
      context.lineWidth = thickness;
      context.stroke();
    }
  };
  const mark = (row: number, radius: number) => {
    context.beginPath();
    context.arc(screen[3 * row], screen[3 * row + 1], radius, 0, TURN);
    for (const [color, thickness] of [[look.panel, 4] as const, [look.ink, 2] as const]) {
      context.strokeStyle = css(color);
      context.lineWidth = thickness;
      context.stroke();
    }
  };
  /**
   * Puts the dots on the canvas. Printers get a canvas's drawings and not its pixels, so for paper the dots are drawn
   * as a picture.
   */
  const putDots = () => {
    if (!theme.onPaper) return context.putImageData(sheet, 0, 0);
    const dots = h("canvas", {width: sheet.width, height: sheet.height});
    dots.getContext("2d", ON_PROCESSOR)?.putImageData(sheet, 0, 0);
    context.drawImage(dots, 0, 0, width, height);
  };

  const draw = () => {
    if (!width || store.state.view !== "training") return;
    const {samples, sample, sampleHover, stop, mapZoomed} = store.state;
    look = tokens();
    placeDots();
    const epochs = epochsAt(training, stops[Math.round(store.state.at)]);
    if (grouped !== `${epochs}`) [grouped, groups] = [`${epochs}`, rowsByStep(training, epochs)];
    const isAlone = samples.kind === "cell" || samples.kind === "lasso";
    const chosen = isAlone ? new Uint8Array(training.rows) : null;
    if (chosen) for (const row of chosenRows(training, store.state, stops[stop])) chosen[row] = 1;
    const radius = Math.max(0.75, Math.min(2.6, 130 / Math.sqrt(training.rows))) * density;
    const alpha = training.rows > 5000 ? 0.6 : 0.85;
    wipe(sheet, look.panel);
    const started = training.epochsBy(stops[Math.ceil(store.state.at)]) > 0;
    if (started) {
      for (const late of chosen ? [false, true] : [false]) {
        groups.forEach((rows, step) => {
          const color = shareColor(1 - step / (STEPS - 1), look);
          for (const row of rows) {
            if (chosen && (chosen[row] === 1) !== late) continue;
            const faint = chosen !== null && !late;
            const [x, y] = [screen[3 * row] * density, screen[3 * row + 1] * density];
            if (late) splat(sheet, x, y, radius * 2, look.ink, 1);
            splat(sheet, x, y, late ? radius * 1.6 : radius, color, faint ? 0.12 : late ? 1 : alpha);
          }
        });
      }
    }
    putDots();
    drawAxes(context, {width, height, ...edge()}, mapZoomed, look.muted);
    if (started && sample >= 0) {
      trail(sample);
      mark(sample, 8);
    }
    if (started && sampleHover >= 0) mark(sampleHover, 6.5);
    if (hand.outline().length > 4) drawOutline(context, hand.outline(), look.ink);
    none.hidden = started;
    axes.set(mapZoomed ? "zoomed" : "plain");
    showCard();
  };
  const showCard = () => {
    const row = store.state.sampleHover;
    card.hidden = row < 0 || !hand.isPointing();
    if (card.hidden) return;
    const story = training.story(epochsAt(training, stops[store.state.stop]));
    card.replaceChildren(samplePicture(training, row), caption);
    const about = `${names[training.labels[row]]}, ${pct(story.confidence[row], 0)} on average`;
    setText(caption, training.margins[row] < 0 ? `${about}; looks like ${names[training.suggested[row]]}` : about);
    const [cardWidth, cardHeight] = [card.offsetWidth, card.offsetHeight];
    const [px, py] = [screen[3 * row], screen[3 * row + 1]];
    const x = px + 14 + cardWidth > width ? px - 14 - cardWidth : px + 14;
    const y = Math.max(4, Math.min(height - cardHeight - 4, py - cardHeight / 2));
    card.style.transform = `translate(${Math.max(4, Math.min(width - cardWidth - 4, x))}px, ${y}px)`;
  };
  const tell = () => {
    const epochs = epochsAt(training, stops[store.state.stop]);
    const found = regions(training.story(epochs), epochs);
    const said = {easy: "right at every epoch", ambiguous: "right at some", hard: "right at none"};
    const title = {easy: "Easy", ambiguous: "Ambiguous", hard: "Hard"};
    const started = training.epochsBy(stops[store.state.stop]) > 0;
    for (const {name, count, what, button} of areas) {
      const rows = found[name];
      setText(count, `${title[name]}: ${int(rows.length)}`);
      setText(what, epochs === 1 && name !== "ambiguous" ? (name === "easy" ? "right" : "wrong") : said[name]);
      button.hidden = rows.length === 0 || !started;
      button.onclick = () => store.set({samples: {kind: "lasso", rows, name: `${title[name]}: ${said[name]}`}});
    }
    setText(most, epochs === 1 ? "in the 1 epoch" : `all ${epochs} epochs`);
    [...steps.children].forEach((step, n) => {
      (step as HTMLElement).style.setProperty("--c", css(shareColor(n / (STEPS - 1), tokens())));
    });
    const hint = "Shift and an arrow key go to the neighbouring dot, Enter opens it.";
    canvas.setAttribute("aria-label", `Data map of ${int(training.rows)} training ${words.many}. ${hint}`);
  };
  drawWhenSized(stage, () => {
    const box = stage.getBoundingClientRect();
    density = theme.onPaper ? PAPER_DENSITY : Math.min(2, devicePixelRatio || 1);
    [width, height] = [box.width, box.height];
    if (!width) return;
    canvas.width = Math.max(1, Math.round(width * density));
    canvas.height = Math.max(1, Math.round(height * density));
    sheet = context.createImageData(canvas.width, canvas.height);
    context.setTransform(density, 0, 0, density, 0, 0);
    draw();
  });

  const redraws = ["at", "stop", "sample", "sampleHover", "samples", "order", "view", "mapZoomed"] as const;
  store.on(({view}, changed) => {
    if (view !== "training") return;
    if (changed.has("stop") || changed.has("view")) tell();
    if (redraws.some((key) => changed.has(key))) draw();
  });
  return {
    root,
    draw: () => {
      tell();
      draw();
    },
  };
}
