import {h, setText} from "../../../report/client/dom";
import {pct} from "../../../report/client/format";
import {withArticle} from "../article";
import {byId, setBold} from "../elements";
import {type Page, truthOf} from "../page";
import {hueOf} from "../palette";

/** The answer about the current picture: a bar for each class, and words. A click on a bar explains that class. */
export function mountBars(page: Page, explain: (k: number) => void): void {
  const {classNames, words} = page.lesson;
  const bars = byId("bars");
  const longest = Math.max(...classNames.map(({length}) => length));
  bars.style.setProperty("--name", `${Math.max(0.8, Math.min(4.5, 0.5 * longest))}rem`);
  bars.style.setProperty("--rows", String(Math.max(6, classNames.length)));
  classNames.forEach((name, k) => {
    const row = h("button", {class: "bar", title: `Explain ${name}`}, h("b", {}, name), h("span"), h("em"));
    row.style.setProperty("--col", `var(--c${hueOf(k, classNames.length)})`);
    row.addEventListener("click", () => explain(k));
    bars.append(row);
  });
  const shown = () => [page.hand, page.answer, Math.round(page.at)];
  page.onDraw(shown, () => {
    const probabilities = page.hand && page.answer?.probabilities;
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    [...bars.children].forEach((row, k) => {
      const p = probabilities?.[k] ?? 0;
      row.classList.toggle("best", k === best);
      (row as HTMLElement).style.setProperty("--p", String(p));
      setText(row.lastElementChild as Element, probabilities ? String(Math.round(100 * p)) : "");
    });
    setBold(byId("reads"), probabilities ? answerWords(page, best, probabilities[best]) : `It answers at once.`);
    const truth = truthOf(page);
    const title = !page.hand
      ? `Draw a ${words.one}`
      : truth === undefined
        ? `Your ${words.one}`
        : `A${withArticle(classNames[truth]).slice(1)} from the map`;
    setText(byId("hand-title"), title);
    byId("clear").hidden = !page.hand;
  });
}

function answerWords(page: Page, best: number, p: number): string {
  const {classNames} = page.lesson;
  const truth = truthOf(page);
  const sure = p > 0.95 ? "It is sure:" : p > 0.6 ? "It thinks:" : "It guesses:";
  const untrained = Math.round(page.at) === 0 ? " But it is untrained." : "";
  const verdict =
    truth === undefined ? untrained : truth === best ? " Right." : ` Wrong: it is ${withArticle(classNames[truth])}.`;
  return `${sure} **${classNames[best]}**, ${pct(p, p > 0.995 ? 1 : 0)}.${verdict}`;
}
