import {int} from "../../report/client/format";
import {theme} from "../../report/client/theme";
import {type Lesson, materialOf} from "../lesson";
import type {Kernels} from "../messages";
import {readAddress, writeAddress} from "./address";
import {openAsking} from "./asking";
import {byId, setBold, toast} from "./elements";
import {openHands} from "./hand";
import {listenToKeys} from "./keys";
import {sameClassNear} from "./map/lay-out";
import {openMap} from "./map/map";
import {listenToMap} from "./map/map-input";
import {createPage} from "./page";
import {mountBars} from "./panels/bars";
import {mountCurves} from "./panels/curves";
import {listenToFiles} from "./panels/drop";
import {mountHistory} from "./panels/history";
import {openPad} from "./panels/pad";
import {mountSettings} from "./panels/settings";
import {mountVerdict} from "./panels/verdict";
import {mountWhy} from "./panels/why";
import {mountWrong} from "./panels/wrong";
import {openSession} from "./session";
import {mountTabs} from "./tabs";
import {mountTimeline} from "./timeline";
import {openTour} from "./tour/tour";
import {unpack} from "./unpack";
import {startWorkers} from "./workers";

/** @file The page: connects its parts with each other, and starts. */

const opened = performance.now();

function fail(message: string): void {
  setBold(byId("sentence"), `This browser cannot compute it here: ${message}`);
  document.documentElement.dataset.ready = "failed";
}

async function open(): Promise<void> {
  const lesson = JSON.parse(byId("lesson").textContent ?? "") as Lesson;
  const asked = readAddress(location.hash, lesson);
  theme.paint();
  if (asked.theme) document.documentElement.dataset.theme = asked.theme;
  const [source, bytes, engine, tsne] = await Promise.all(["worker", "pictures", "engine", "tsne"].map(unpack));
  const kernels: Kernels = {engine, tsne};
  const page = createPage(materialOf(lesson, bytes), asked.config);
  const map = openMap(page);
  const tell = startWorkers(source, {lesson, bytes, kernels}, fail);

  const asking = openAsking(page, tell.asker, () => map.moved(), fail);
  const session = openSession(page, map, asking, tell.trainer, opened, () => {
    const {rate, seconds, hash} = page.measured as {rate: number; seconds: number; hash: string};
    const speed = `${int(Math.round(rate / 10) * 10)} ${lesson.words.many} a second`;
    byId("facts").textContent = `${speed}, ${page.run.stops.length} maps, ${seconds.toFixed(1)} s, weights ${hash}.`;
    byId("status").textContent = "It is taught.";
    if (asked.at !== undefined && page.run.id === 1) session.goTo(asked.at);
    save();
  });
  tell.hear(session.hear, asking.hear);

  const save = () => {
    const isEnd = page.at >= page.run.moments.length - 1;
    const at = page.run.state === "done" && !isEnd ? Math.round(page.at) : undefined;
    const state = {config: page.config, at, test: page.hand?.index, strokes: page.hand?.strokes};
    history.replaceState(null, "", `#${writeAddress(state, lesson)}`);
  };
  const hands = openHands(page, asking, (isIdle, isDone) => {
    if (!page.hand?.strokes) pad.show(page.hand?.pixels);
    pad.invite(isIdle || !page.hand);
    if (isDone && !isIdle) save();
    map.moved();
  });
  const pad = openPad(lesson, hands.drew);
  const openTab = mountTabs(page);
  const timeline = mountTimeline(page, session, save);
  const goTo = (moment: number) => {
    timeline.stop();
    session.goTo(moment);
  };
  mountVerdict(page, session.teach);
  mountCurves(page, goTo);
  mountHistory(page, goTo);
  const wrongs = mountWrong(page, hands.pick);
  mountBars(page, hands.explain);
  mountWhy(page, hands.pick);
  listenToMap(page, map, hands.pick);
  listenToFiles(lesson, hands.took);
  const begin = (isTaught: boolean) => {
    session.begin(isTaught);
    timeline.renew();
    if (page.hand) asking.ask(true);
  };
  mountSettings(page, () => {
    begin(!["opening", "waiting"].includes(page.run.state)); // a change is seen at once
    save();
  });
  const kept = new Map<string, number>();
  const acts = {
    goTo,
    pick: hands.pick,
    pickAny: hands.pickAny,
    pickWrong: wrongs.pick,
    teachBatch: () => {
      session.teachBatch();
      timeline.renew();
    },
    sameClassNear(moment: number) {
      const key = `${page.run.id} ${moment}`;
      const known = kept.get(key) ?? sameClassNear(page.run.moments[moment].points, page.labels);
      kept.set(key, known);
      return known;
    },
  };
  const tour = openTour(page, acts, openTab, session.teachOn);

  const restyle = () => {
    map.restyle();
    pad.draw();
    page.restyled();
  };
  const turn = () => {
    theme.choose(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    restyle();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    theme.paint();
    restyle();
  });
  addEventListener("resize", () => {
    pad.draw();
    page.restyled();
  });
  byId("theme").addEventListener("click", turn);
  byId("clear").addEventListener("click", hands.clear);
  byId("dice").addEventListener("click", hands.pickAny);
  byId("share").addEventListener("click", async () => {
    save();
    const isCopied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    toast(
      isCopied
        ? "The address is copied. It opens this very state, wherever this file is."
        : "The address above holds this state: copy it.",
    );
  });
  listenToKeys({
    ...{ArrowLeft: () => timeline.step(-1), ArrowRight: () => timeline.step(1)},
    ...{Home: () => goTo(0), End: () => goTo(page.run.moments.length - 1)},
    ...{j: () => wrongs.walk(1), k: () => wrongs.walk(-1), d: hands.pickAny, c: hands.clear},
    ...{" ": session.teach, p: timeline.play, t: turn, "?": () => tour.go(0), Escape: () => tour.go(-1)},
  });

  begin(asked.go);
  if (asked.strokes) {
    pad.put(asked.strokes);
    hands.drew(asked.strokes, true);
  } else hands.pick(asked.test ?? lesson.opensWith, asked.test === undefined);
  if (asked.tour) tour.go(asked.tour - 1);

  const frames: number[] = [];
  let last = performance.now();
  const frame = (now: number) => {
    requestAnimationFrame(frame);
    const gap = now - last;
    last = now;
    frames.push(gap);
    if (frames.length > 4000) frames.shift();
    map.frame(gap);
    page.draw();
  };
  requestAnimationFrame(frame);
  const measured = () => ({...page.measured, frames, costs: map.costs, answer: page.answer, state: page.run.state});
  Object.assign(window, {measured}); // for measurements: bench/demo.ts and tests
}

open().catch((error: Error) => fail(error.message));
