import {classLook} from "../../plots/class-looks";
import {type Rgb, type Tokens, tokens} from "../../report/client/colors";

let known: {readonly theme: string | undefined; readonly tokens: Tokens} | undefined;

/** The theme's colours, which are read from the style sheet once for each theme. */
export function colors(): Tokens {
  const {theme} = document.documentElement.dataset;
  if (known?.theme !== theme) known = {theme, tokens: tokens()};
  return (known as {tokens: Tokens}).tokens;
}

/** The hue of each class, 0 to 9: the hues that are easiest to tell apart for this number of classes. */
export const hueOf = (k: number, classes: number): number => classLook(k, classes).hue;

export function classColors(classes: number): Rgb[] {
  const {classes: hues} = colors();
  return Array.from({length: classes}, (_, k) => hues[hueOf(k, classes)]);
}
