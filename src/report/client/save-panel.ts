import {h, type Kid, setText} from "./dom";
import {sceneOf} from "./scene";
import {pngFile, svgFile} from "./scene-files";

let nameOf = (panel: string) => panel;

/** Gives the name of a file without its ending. @param name The name of the panel. */
export function nameFiles(name: (panel: string) => string): void {
  nameOf = name;
}

/** A button that saves a panel as it is shown now: as PNG, or as SVG that any program reads. */
export function saveButton(name: string, panel: () => HTMLElement): HTMLElement {
  const save = async (kind: "png" | "svg") => {
    try {
      const scene = sceneOf(panel());
      download(kind === "png" ? await pngFile(scene) : svgFile(scene), `${nameOf(name)}.${kind}`);
      open(false);
    } catch (error) {
      setText(said, `This panel could not be saved: ${(error as Error).message}`);
    }
  };
  const kind = (label: string, as: "png" | "svg"): Kid =>
    h("button", {type: "button", class: "tool", onclick: () => void save(as)}, label);
  const said = h("span", {role: "status"});
  const choices = h("span", {class: "save-as", hidden: true}, kind("PNG", "png"), kind("SVG", "svg"), said);
  const ask = h(
    "button",
    {type: "button", class: "q save-ask", title: "Save this panel", "aria-expanded": "false"},
    "↓",
  );
  ask.setAttribute("aria-label", "Save this panel as a picture");
  const open = (on: boolean) => {
    choices.hidden = !on;
    ask.setAttribute("aria-expanded", String(on));
  };
  ask.addEventListener("click", () => open(Boolean(choices.hidden)));
  return h("span", {class: "save"}, ask, choices);
}

function download(file: Blob, name: string): void {
  const href = URL.createObjectURL(file);
  h("a", {href, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // late enough for the browser to have saved it
}
