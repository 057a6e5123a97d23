import {h} from "../dom";

/** A picture with its caption, and small lines below it. */
export const pictureTile = (caption: string, content: HTMLElement, ...small: (string | false)[]) =>
  h(
    "figure",
    {class: "tile"},
    content,
    h("figcaption", {}, caption, ...small.map((line) => line && h("small", {}, line))),
  );
