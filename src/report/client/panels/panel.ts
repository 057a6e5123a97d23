import {h, type Kid} from "../dom";
import {saveButton} from "../save-panel";

export interface Panel {
  readonly root: HTMLElement;
  readonly head: HTMLElement;
  readonly body: HTMLElement;
  readonly bar: HTMLElement;
}

/** A panel: heading, a "?" that opens one plain explanation, controls on the right, a body. */
export function panel(name: string, title: string, help: string, ...controls: Kid[]): Panel {
  const note = h("p", {class: "note", id: `n-${name}`, hidden: true}, help);
  const ask = h("button", {
    class: "q",
    type: "button",
    "aria-expanded": "false",
    "aria-controls": note.id,
    "aria-label": `What is this? ${title}`,
  });
  ask.append("?");
  ask.addEventListener("click", () => setNote(ask, note, Boolean(note.hidden)));
  const head = h("h2", {id: `h-${name}`}, title);
  const tools = controls.length ? h("div", {class: "panel-tools"}, ...controls) : null;
  const save = saveButton(name, () => root);
  const bar = h("div", {class: "panel-bar"}, h("div", {class: "panel-title"}, head, ask, save), tools);
  const body = h("div", {class: "panel-body"});
  const root = h("section", {class: `panel p-${name}`, "aria-labelledby": head.id}, bar, note, body);
  return {root, head, body, bar};
}

function setNote(ask: HTMLElement, note: HTMLElement, open: boolean): void {
  note.hidden = !open;
  ask.setAttribute("aria-expanded", String(open));
}

export function toggleAllNotes(open: boolean): void {
  for (const ask of document.querySelectorAll<HTMLElement>(".q[aria-controls]")) {
    const note = document.getElementById(ask.getAttribute("aria-controls") ?? "");
    if (note) setNote(ask, note, open);
  }
}

export interface Segmented<T extends string> {
  readonly root: HTMLElement;
  set(value: T | null): void;
}

/** One choice out of a few, as a radio group. `null` chooses none. */
export function segmented<T extends string>(
  label: string,
  items: readonly (readonly [T, string])[],
  value: T,
  choose: (value: T) => void,
): Segmented<T> {
  const buttons = items.map(([name, text]) =>
    h(
      "button",
      {
        type: "button",
        role: "radio",
        onclick: () => {
          set(name);
          choose(name);
        },
      },
      text,
    ),
  );
  const set = (chosen: T | null) => {
    buttons.forEach((button, i) => {
      const on = items[i][0] === chosen;
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on || (chosen === null && i === 0) ? 0 : -1;
    });
  };
  const root = h("div", {class: "seg", role: "radiogroup", "aria-label": label}, ...buttons);
  root.addEventListener("keydown", (event) => {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const from = buttons.findIndex((button) => button.tabIndex === 0);
    const to = buttons[(from + step + buttons.length) % buttons.length];
    to.click();
    to.focus();
  });
  set(value);
  return {root, set};
}
