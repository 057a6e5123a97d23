import {h, setText} from "../../../report/client/dom";
import {int, pct} from "../../../report/client/format";
import {testPixels} from "../../lesson";
import {byId} from "../elements";
import {guessOf, momentOf, type Page} from "../page";
import {paintPicture} from "../pictures";

/** The strip of wrong answers. */
export interface Wrongs {
  /** Takes the picture of a wrong answer; by default the next one. */
  pick(place?: number): void;
  /** Goes to the next one or the one before. */
  walk(by: 1 | -1): void;
}

/** How many pictures are shown. */
const ITEMS = 40;

/** Shows wrong answers as pictures, those of which the network is surest first. */
export function mountWrong(page: Page, pick: (index: number) => void): Wrongs {
  const strip = byId("wrong");
  const {classNames, words} = page.lesson;
  let found: {readonly n: number; readonly guess: number; readonly sure: number}[] = [];

  const find = () => {
    const moment = momentOf(page);
    found = [];
    if (!moment) return;
    page.labels.forEach((truth, n) => {
      const [guess, sure] = guessOf(moment, n, classNames.length);
      if (guess !== truth) found.push({n, guess, sure});
    });
    found.sort((a, b) => b.sure - a.sure);
  };
  const addItem = () => {
    const place = strip.children.length;
    const item = h("button", {class: "item", role: "option", tabindex: "-1"}, h("canvas"), h("span"));
    item.addEventListener("click", () => pick(found[place].n));
    strip.append(item);
  };
  const showItem = (item: HTMLElement, place: number) => {
    const wrong = found[place];
    item.hidden = !wrong;
    if (!wrong) return;
    const {n, guess, sure} = wrong;
    item.setAttribute("aria-selected", String(page.hand?.index === n));
    const key = `${n} ${guess} ${document.documentElement.dataset.theme}`;
    if (item.dataset.key === key) return;
    item.dataset.key = key;
    const [canvas, label] = [item.firstElementChild, item.lastElementChild];
    paintPicture(canvas as HTMLCanvasElement, testPixels(page.material, n), page.lesson, {most: 255});
    const truth = classNames[page.labels[n]];
    label?.replaceChildren(`${truth} → `, h("i", {}, classNames[guess]));
    item.setAttribute("aria-label", `${truth} → ${classNames[guess]}, ${pct(sure, 0)} sure`);
  };
  const shown = () => [momentOf(page), page.hand];
  page.onDraw(shown, () => {
    find();
    const title = found.length
      ? `${int(found.length)} wrong, those it is surest of first`
      : `None of ${int(page.lesson.test)} ${words.many} is wrong`;
    setText(byId("wrong-title"), title);
    while (strip.children.length < Math.min(ITEMS, found.length)) addItem();
    for (const [place, item] of [...strip.children].entries()) showItem(item as HTMLElement, place);
  });

  const wrongs: Wrongs = {
    pick(place) {
      find();
      if (!found.length) return;
      const now = found.findIndex(({n}) => n === page.hand?.index);
      pick(found[place ?? (now + 1) % found.length].n);
    },
    walk(by) {
      find(); // the moment may have changed since the last frame
      const count = Math.min(ITEMS, found.length);
      if (!count) return;
      const now = found.findIndex(({n}) => n === page.hand?.index);
      const place = now < 0 ? (by > 0 ? 0 : count - 1) : (now + by + count) % count;
      pick(found[place].n);
      strip.children[place]?.scrollIntoView({block: "nearest", inline: "nearest"});
    },
  };
  strip.addEventListener("keydown", (event) => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key] as 1 | -1 | undefined;
    if (!by) return;
    wrongs.walk(by);
    event.preventDefault();
    event.stopPropagation();
  });
  return wrongs;
}
