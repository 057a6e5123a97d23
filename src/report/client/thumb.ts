import {fitted} from "../../plots/fitted";
import type {Data} from "./data";
import {h, setText} from "./dom";
import {pct} from "./format";
import {picture, showImage} from "./pictures";

export interface Thumb {
  readonly root: HTMLButtonElement;
  show(i: number): void;
}

/** Shows one image of the list, with its class, the answer, and how sure the network was. */
export function thumb(data: Data, stopNow: () => number, open: (i: number) => void): Thumb {
  const {names, labels, words} = data;
  const image = picture(data, 0);
  const caption = h("span", {class: "th-cap"});
  const sure = h("span", {class: "th-p"});
  const dot = h("span", {class: "th-dot", title: "Has an explanation"});
  const root = h("button", {type: "button", role: "option", class: "thumb"}, image, caption, sure, dot);
  let shown = 0;
  root.addEventListener("click", () => open(shown));
  return {
    root,
    show: (i) => {
      shown = i;
      const answers = data.answers[stopNow()];
      const name = names[labels[i]];
      showImage(image, data, i);
      const predicted = answers?.predicted[i] ?? labels[i];
      const right = predicted === labels[i];
      const confidence = answers ? answers.confidence[i] : Number.NaN;
      root.classList.toggle("wrong", !right);
      setText(caption, right ? fitted(name, 24) || "–" : `${fitted(name, 16)} → ${fitted(names[predicted], 16)}`);
      setText(sure, answers ? pct(confidence, 0) : "");
      dot.hidden = !data.isExplained(i, stopNow());
      const did = right ? words.right : `${words.as} ${names[predicted]}`;
      root.title = answers ? `${name} ${did}, ${pct(confidence)}` : name || `${words.one} ${i}`;
    },
  };
}
