import type {Data, MapData} from "../data";
import {h, setText} from "../dom";
import {int} from "../format";
import {panel, segmented} from "../panels/panel";
import {scopeOf} from "../scope";
import {showsScrolling} from "../scrolls";
import type {Mode, Store} from "../state";
import {swatch} from "../swatch";
import {fittedTo} from "../text-width";
import {mapFacts} from "./map-facts";
import type {MapControls} from "./map-input";
import {mapPlot} from "./map-plot";
import {HOME} from "./map-view";

/** The panel of the map: a dot for each test image that the run mapped, which moves from epoch to epoch. */
export function mountMap(data: Data, map: MapData, store: Store): {root: HTMLElement; draw(): void; frames: number[]} {
  const {words} = data;
  const controls: MapControls = {
    ...HOME,
    lassoing: map.dimensions === 2 && !matchMedia("(pointer: coarse)").matches,
    redraw: () => draw(false),
  };
  const answered = data.answers.some((answers) => answers !== null);
  const modes: readonly (readonly [Mode, string])[] = [
    ["label", words.one === "digit" ? "True digit" : "True class"],
    ["predicted", words.one === "digit" ? "Read as" : "Answer"],
    ["right", "Right or wrong"],
  ];
  const mode = segmented<Mode>("Colour by", modes, "label", (choice) => store.set({mode: choice}));
  mode.root.hidden = !answered;
  const lasso = h("button", {class: "tool", type: "button", title: "Lasso: draw round the dots to list them"}, "Lasso");
  const arm = (on: boolean) => {
    controls.lassoing = on;
    lasso.setAttribute("aria-pressed", String(on));
    root.classList.toggle("lassoing", on);
  };
  lasso.addEventListener("click", () => arm(!controls.lassoing));
  const zoomBy = (factor: number) => {
    controls.zoom = Math.max(1, Math.min(8, controls.zoom * factor));
    if (controls.zoom === 1) controls.shiftX = controls.shiftY = 0;
    draw(false);
  };
  const tool = (label: string, sign: string, factor: number) =>
    h(
      "button",
      {class: "tool sq", type: "button", "aria-label": label, title: label, onclick: () => zoomBy(factor)},
      sign,
    );
  const help =
    `Each dot is one test ${words.one}. ${words.many[0].toUpperCase()}${words.many.slice(1)} that look alike to the ` +
    "network lie close together; the directions themselves mean nothing. Ringed dots are mistakes. Draw a circle round dots to " +
    `list them; point at a dot to see the ${words.one}; Shift and an arrow key go from dot to dot. Ctrl and the wheel zoom; shift and drag move the map` +
    `${map.dimensions === 3 ? "; without the lasso, dragging turns it" : ""}.`;
  const {root, body} = panel("map", `Map of the ${words.many}`, help, mode.root);
  const figure = (which: "a" | "b") => {
    const plot = mapPlot(data, map, store, which, controls);
    const caption = h("figcaption", {class: `ab ab-${which}`});
    plot.stage.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        zoomBy(Math.exp(-event.deltaY * 0.01));
      },
      {passive: false},
    );
    return {plot, caption, root: h("figure", {class: "map-fig"}, caption, plot.stage)};
  };
  const [a, b] = [figure("a"), figure("b")];
  a.plot.stage.append(h("div", {class: "tools"}, lasso, tool("Zoom in", "+", 1.5), tool("Zoom out", "−", 1 / 1.5)));
  const chips = data.names.map((name, k) => {
    const shown = fittedTo(name, 8, 0.875, 600) || "–";
    const chip = h("button", {class: "chip", type: "button", title: `Show only ${name}`}, swatch(data, k), shown);
    chip.addEventListener("click", () => store.set({isolated: store.state.isolated === k ? -1 : k}));
    return chip;
  });
  const rightKey = h("span", {class: "key-right"});
  rightKey.append(h("i", {class: "sw sw-right"}), "right", h("i", {class: "sw sw-wrong"}), "wrong");
  const many = chips.length > 24;
  const legend = h(
    "div",
    {class: many ? "legend many" : "legend", role: "group", "aria-label": "Classes", tabindex: many ? "-1" : undefined},
    ...chips,
    rightKey,
  );
  if (many) showsScrolling(legend);
  const facts = h("p", {class: "map-facts"});
  const why =
    `The network has learned nothing yet, but its map has groups already: ${words.many} that look alike give alike ` +
    "numbers, whatever the weights are.";
  const untrained = h("p", {class: "map-why", hidden: true}, why);
  body.append(h("div", {class: "duo"}, a.root, b.root), untrained, h("div", {class: "map-foot"}, legend, facts));
  arm(controls.lassoing);

  const draw = (regroup = true) => {
    const both = store.state.other !== null;
    for (const {plot} of both ? [a, b] : [a]) {
      if (regroup) plot.group();
      plot.draw();
    }
  };
  const tellFacts = (stop: number) => {
    const told = mapFacts(map.facts[stop] ?? {});
    const count = map.count < data.count ? [`${map.count.toLocaleString("en-GB")} of the test ${words.many}`] : [];
    const {images} = scopeOf(data, store.state.slices);
    const bright =
      images && `${int(images.filter((i) => map.point[i] >= 0).length)} dots in the slice, the others pale`;
    const missing = map.own[stop] ? [] : ["no map at this epoch: the nearest one is shown"];
    setText(facts, [...count, ...(bright ? [bright] : []), ...told, ...missing].join(", "));
  };
  let grouped = "";
  store.on((state, changed) => {
    if (changed.has("stop") || changed.has("other")) {
      b.root.hidden = a.caption.hidden = true;
      if (state.other !== null) {
        b.root.hidden = a.caption.hidden = false;
        setText(b.caption, `Epoch ${data.epochs[state.other]}`);
      }
      setText(a.caption, `Epoch ${data.epochs[state.stop]}`);
      const hint = "Shift and an arrow key go to the neighbouring dot, Enter opens it.";
      for (const [part, stop] of [[a, state.stop] as const, [b, state.other ?? state.stop] as const]) {
        const label = `Map of ${map.count} test ${words.many} at epoch ${data.epochs[stop]}. ${hint}`;
        part.plot.canvas.setAttribute("aria-label", label);
      }
      untrained.hidden = data.epochs[state.stop] > 0;
    }
    if (changed.has("stop") || changed.has("slices")) tellFacts(state.stop);
    if (changed.has("isolated")) {
      chips.forEach((chip, k) => {
        chip.setAttribute("aria-pressed", String(state.isolated === k));
      });
    }
    if (changed.has("mode")) root.classList.toggle("by-right", state.mode === "right");
    // the colours follow the nearest stop while the dots are on their way
    const near = `${Math.round(state.at)} ${Math.round(state.atOther)}`;
    const looks = ["mode", "isolated", "selection", "slices", "other", "stop"].some((key) =>
      changed.has(key as "mode"),
    );
    const regroup = looks || near !== grouped;
    grouped = near;
    if (regroup || ["at", "atOther", "hover", "image"].some((key) => changed.has(key as "at"))) draw(regroup);
  });
  return {root, draw: () => draw(true), frames: a.plot.frames};
}
