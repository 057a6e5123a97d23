import {still} from "../../report/client/state";
import type {FromTrainer, ToTrainer} from "../messages";
import type {Asking} from "./asking";
import {byId} from "./elements";
import type {ShownMap} from "./map/map";
import type {Page} from "./page";
import {lastOf, newRun, withGhost} from "./run";

/** The shortest time that a moment lasts, in milliseconds. */
const PACE = 85;

/** Controls the training, and the moment that is shown. */
export interface Session {
  /** Makes a new network; the run before stays as a dashed curve. */
  begin(isTaught: boolean): void;
  /** The action of the big button: it trains, pauses, continues, or begins again. */
  teach(): void;
  /** Trains the network to the end, unless it is training already or has finished. */
  teachOn(): void;
  /** Trains on one batch, with a new network if necessary. */
  teachBatch(): void;
  /** Shows a moment, which may lie between two moments. */
  goTo(moment: number): void;
  hear(told: FromTrainer): void;
}

/** @param opened When the page was opened. @param ended Called once a run is over. */
export function openSession(
  page: Page,
  map: ShownMap,
  asking: Asking,
  tell: (message: ToTrainer) => void,
  opened: number,
  ended: () => void,
): Session {
  const {measured} = page;

  const begin = (isTaught: boolean) => {
    page.ghosts = withGhost(page.ghosts, page.run);
    const {config} = page;
    page.run = newRun(page.run.id + 1, config, page.lesson, isTaught, performance.now());
    page.at = 0;
    page.isFollowing = true;
    delete document.documentElement.dataset.ready;
    const pace = still.matches ? 0 : PACE;
    tell({kind: "begin", run: page.run.id, config, until: isTaught ? Infinity : 0, pace});
    asking.begin();
    page.changed();
  };

  const look = (at: number) => {
    page.at = at;
    const {moments} = page.run;
    const [low, high, nearest] = [moments[Math.floor(at)], moments[Math.ceil(at)], moments[Math.round(at)]];
    if (!low || !high || !nearest) return;
    const share = at - Math.floor(at);
    map.aim(share ? low.points.map((v, i) => v + (high.points[i] - v) * share) : low.points);
    map.score(nearest.probabilities, nearest.accuracy);
    page.changed();
    asking.ask(page.run.state !== "running" && (!page.history || Number.isNaN(page.history[0])));
  };

  const run = () => {
    page.run.begun = performance.now();
    page.run.state = "running";
    page.isFollowing = true;
    tell({kind: "until", step: Infinity});
    if (page.run.moments.length) look(page.run.moments.length - 1);
    page.changed();
  };
  const stepOf = () => lastOf(page.run.batches)?.step ?? 0;
  const canGoOn = () => ["opening", "waiting", "paused"].includes(page.run.state);

  return {
    begin,
    teach() {
      if (canGoOn()) return run();
      if (page.run.state !== "running") return begin(true);
      page.run.state = "paused";
      page.run.seconds += (performance.now() - page.run.begun) / 1000;
      tell({kind: "until", step: stepOf()});
      page.changed();
    },
    teachOn() {
      if (canGoOn()) run();
    },
    teachBatch() {
      if (["done", "running", "failed"].includes(page.run.state)) return begin(false);
      tell({kind: "until", step: stepOf() + 1});
    },
    goTo(moment) {
      const most = page.run.moments.length - 1;
      page.isFollowing = page.run.state === "running" && moment >= most;
      look(Math.max(0, Math.min(most, moment)));
    },
    hear(told) {
      const {run: now} = page;
      if (told.run !== now.id) return;
      if (told.kind !== "points") page.changed();
      if (told.kind === "looked") {
        if (page.isFollowing) map.score(told.probabilities, told.accuracy);
      } else if (told.kind === "points") {
        if (page.isFollowing && !still.matches) map.aim(told.points);
      } else if (told.kind === "batch") {
        measured.firstBatch ??= performance.now() - opened;
        if (now.batches.length === 0) measured.firstBatchSincePress = performance.now() - now.begun;
        now.batches.push(told);
        if (now.state === "waiting") now.state = "paused";
      } else if (told.kind === "moment") {
        now.moments[told.index] = told;
        asking.add(told);
        if (told.index === 0) measured.firstMap ??= performance.now() - opened;
        if (now.state === "opening") now.state = "waiting";
        if (page.isFollowing) look(told.index);
      } else if (told.kind === "done") {
        now.state = "done";
        now.seconds += (performance.now() - now.begun) / 1000;
        const looked = now.moments.reduce((sum, moment) => sum + moment.looked, 0);
        const rate = (told.images / told.trained) * 1000;
        Object.assign(measured, {seconds: now.seconds, hash: told.hash, trained: told.trained, rate, looked});
        ended();
        asking.ask(true);
        document.documentElement.dataset.ready = "yes";
      } else {
        now.state = "failed";
        now.why = told.why;
        byId("status").textContent = told.why;
        document.documentElement.dataset.ready = "failed";
      }
    },
  };
}
