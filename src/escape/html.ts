import {visible} from "./visible";

/** Text that came with data, for HTML: between tags, or in an attribute with double quotes. */
export function html(text: string): string {
  return visible(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
