import type {Data} from "./data";
import {h, type Kid} from "./dom";
import {mountLead} from "./lead";
import {mountLiveDigit} from "./live-digit/panel";
import {mountMap} from "./map/map";
import {mountAbout} from "./panels/about";
import {mountCalibration} from "./panels/calibration-panel";
import {mountClasses} from "./panels/classes-panel";
import {mountCurves} from "./panels/curves";
import {mountImagePanel} from "./panels/image-panel";
import {mountInside} from "./panels/inside-panel";
import {mountMatrix} from "./panels/matrix";
import {MANY_CLASSES, shownClasses} from "./panels/matrix-grid";
import {mountPhases} from "./panels/phases-panel";
import {mountSlices} from "./panels/slices-panel";
import {sampledNote} from "./sampled";
import {singlesOut} from "./selection";
import type {Store} from "./state";
import {mountTray} from "./tray";
import type {PageView} from "./views";

/** The words after the link to the page on which a visitor trains a network. */
const DEMO_WORDS = ": a page that trains a network in your browser while you watch, and answers what you draw.";

/**
 * Builds the view of the network's answers to the test images. @returns The view, and the milliseconds of its map's
 * latest drawings.
 */
export function mountAnswers(data: Data, store: Store): {readonly view: PageView; readonly frames: number[]} {
  const {words} = data;
  const answered = data.answers.some((answers) => answers !== null);
  const lead = mountLead(data, store);
  const curves = data.file.metrics.length ? mountCurves(data, store) : null;
  const matrix = answered ? mountMatrix(data, store) : null;
  const map = data.map ? mountMap(data, data.map, store) : null;
  const tray = answered || data.explained().length ? mountTray(data, store) : null;
  const inside = data.inside && data.count ? mountInside(data, data.inside, store) : null;
  const lookable = answered || data.explained().length > 0 || data.map;
  const one = data.count && lookable ? mountImagePanel(data, store, () => tray?.images() ?? []) : null;
  const drawn = data.model && mountLiveDigit(data, data.model, store);
  const side = one && h("section", {class: "side", "aria-label": `Chosen ${words.one}`}, one.root);
  const row = (name: string, ...kids: Kid[]) => {
    const present = kids.filter(Boolean);
    return present.length > 0 && h("div", {class: `${name} of-${present.length}`}, ...present);
  };
  const left = h(
    "div",
    {class: "left"},
    sampledNote(data),
    row("hero", lead, curves),
    row(matrix && shownClasses(data).length >= MANY_CLASSES ? "pair stacked" : "pair counted", matrix?.root, map?.root),
    tray?.root,
    row(
      "trio",
      answered && mountCalibration(data, store),
      answered && mountClasses(data, store),
      data.file.metrics.length > 0 && mountPhases(data, store),
    ),
    answered && mountSlices(data, store),
    drawn?.root,
    inside?.root,
    mountAbout(data),
    data.file.demo &&
      h(
        "p",
        {class: "meta"},
        h("a", {href: data.file.demo, style: {color: "inherit"}}, "Train one yourself"),
        DEMO_WORDS,
      ),
  );
  const view: PageView = {
    left,
    side,
    draw: () => {
      matrix?.draw();
      map?.draw();
      one?.draw();
      inside?.draw();
      drawn?.draw();
    },
    step: (by) => one?.step(by),
    clear: () => {
      const {selection, isolated} = store.state;
      // Escape first removes the latest choice (a cell, a lasso or a class), and then the slices
      if (singlesOut(selection) || isolated >= 0) store.set({selection: {kind: "mistakes"}, isolated: -1});
      else store.set({slices: []});
    },
  };
  return {view, frames: map?.frames ?? []};
}
