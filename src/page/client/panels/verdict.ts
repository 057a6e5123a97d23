import {h, setText} from "../../../report/client/dom";
import {pct} from "../../../report/client/format";
import {byId, setBold} from "../elements";
import {momentOf, type Page} from "../page";
import {lastOf} from "../run";
import {BUTTON, compareWords, mapWords, verdictWords, whenWords} from "./verdict-words";

/** Shows the big number, the sentence below it and the big button. */
export function mountVerdict(page: Page, teach: () => void): void {
  const button = byId<HTMLButtonElement>("teach");
  button.addEventListener("click", teach);
  const big = byId("big");
  const state = () => [page.run, page.run.state, momentOf(page)];
  page.onDraw(
    () => [...state(), page.run.batches.length, page.isFollowing],
    () => {
      const {run} = page;
      const moment = momentOf(page);
      const last = lastOf(run.batches);
      const isLive = run.state === "running" && page.isFollowing && last;
      const steps = run.batchesPerEpoch * run.config.epochs;
      const when = moment ? whenWords(run, moment.index) : "Opening";
      setText(byId("when"), isLive ? `Batch ${last.step} of ${steps}` : when);
    },
  );
  const shown = () => [...state(), page.ghosts, page.run.moments.length];
  page.onDraw(shown, () => {
    const {run} = page;
    const moment = momentOf(page);
    button.disabled = false;
    button.toggleAttribute("data-first", run.state === "waiting" && run.id === 1);
    setText(byId("teach-words"), BUTTON[run.state]);
    const number = moment ? (100 * moment.accuracy).toFixed(1) : "\u00a0";
    if (big.dataset.number !== number) big.replaceChildren(number, ...(moment ? [h("small", {}, "% right")] : []));
    big.dataset.number = number;
    setBold(byId("sentence"), verdictWords(page));
    setText(byId("map-note"), mapWords(page));
    setText(byId("accuracy-note"), moment ? pct(moment.accuracy) : "");
    setText(byId("loss-note"), moment ? moment.loss.toFixed(3) : "");
    setBold(byId("compare"), compareWords(page));
  });
}
