import {h} from "../../../report/client/dom";
import {type Config, defaultsOf, isSame, SETTINGS} from "../../config";
import {byId} from "../elements";
import type {Page} from "../page";
import {settingName, shown} from "./verdict-words";

/** How many milliseconds after the last move of a slider the new setting is used. */
const LATER = 350;

/** Shows a slider for each setting. @param again Called when a setting has changed. */
export function mountSettings(page: Page, again: () => void): void {
  const first = defaultsOf(page.lesson);
  const reset = byId("reset");
  let later = 0;
  const puts: (() => void)[] = [];
  const putAll = () => {
    for (const put of puts) put();
    reset.hidden = isSame(page.config, first);
  };
  const change = (config: Config, wait: number) => {
    page.config = config;
    putAll();
    clearTimeout(later);
    later = window.setTimeout(again, wait);
  };
  for (const name of SETTINGS) {
    const choices = page.choices[name];
    const max = String(choices.length - 1);
    const input = h("input", {type: "range", min: "0", max, step: "1", id: `set-${name}`});
    const value = h("b");
    puts.push(() => {
      input.value = String(choices.indexOf(page.config[name]));
      value.textContent = shown(name, page.config[name]);
      input.setAttribute("aria-valuetext", value.textContent);
    });
    input.addEventListener("input", () => change({...page.config, [name]: choices[Number(input.value)]}, LATER));
    byId("settings").append(h("label", {class: "set"}, h("span", {}, settingName(name, page.lesson)), input, value));
  }
  reset.addEventListener("click", () => change(first, 0));
  putAll();
}
