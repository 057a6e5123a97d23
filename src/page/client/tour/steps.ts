import {int, pct} from "../../../report/client/format";
import {weightCount} from "../../weight-count";
import {momentOf, type Page, truthOf} from "../page";
import {trustWord} from "../panels/why";
import {lastBatch} from "./batch-picture";

/** The things that the tour may do to the page. */
export interface TourActs {
  goTo(moment: number): void;
  pick(index: number): void;
  pickAny(): void;
  pickWrong(place?: number): void;
  teachBatch(): void;
  /** How many of ten neighbours on a moment's map are of the same class. */
  sameClassNear(moment: number): number;
}

export interface Step {
  readonly title: string;
  /** Panels that stay lit; the first is framed. */
  readonly spots: readonly string[];
  /** The panel that a narrow page opens. */
  readonly tab: string;
  /** Whether the pictures of the last batch are shown. */
  readonly showsBatch?: boolean;
  enter(page: Page, acts: TourActs): void;
  /** Paragraphs; empty ones are left out. What is between two pairs of asterisks is bold. */
  words(page: Page, acts: TourActs): readonly string[];
  readonly buttons: readonly {words(page: Page): string; act(page: Page, acts: TourActs): void}[];
}

const first = (_: Page, acts: TourActs) => acts.goTo(0);
const end = (page: Page, acts: TourActs) => acts.goTo(page.run.moments.length - 1);
const before = {words: () => "Before", act: first};
const after = {words: () => "After", act: end};
const untrained = {words: () => "Untrained", act: first};
const trained = {words: () => "Trained", act: end};

/**
 * Each step first brings the page into a state that shows what its words say. The numbers are those of the present run.
 */
export const STEPS: readonly Step[] = [
  {
    title: "What is a batch?",
    spots: ["verdict"],
    tab: "curves",
    showsBatch: true,
    enter: () => undefined,
    words: (page) => {
      const {run, lesson} = page;
      const {many, one} = lesson.words;
      const batch = lastBatch(page);
      const size = batch?.pictures.length ?? Math.min(lesson.batchSize, run.config.train);
      const numbers = int(weightCount(run.config, lesson));
      const done =
        batch &&
        `Batch ${batch.step}: it read **${Math.round(batch.accuracy * size)} of ${size}** right before it learnt from them.`;
      return [
        `These are ${size} of the ${int(run.config.train)} ${many} it learns from. It reads all ${size} and is told the right answers. Then each of its ${numbers} numbers moves a little, to where the errors of this batch would have been smaller. **That is one batch.** After ${run.batchesPerEpoch} batches it has seen every ${one} once: that is an epoch.`,
        done ?? "Teach it one batch, and see how little happens.",
      ];
    },
    buttons: [
      {
        words: ({run}) =>
          ["done", "running"].includes(run.state)
            ? "From nothing, by hand"
            : run.batches.length
              ? "One more batch"
              : "Teach one batch",
        act: (_, acts) => acts.teachBatch(),
      },
    ],
  },
  {
    title: "What is loss?",
    spots: ["curves", "draw"],
    tab: "curves",
    enter: (page, acts) => page.hand ?? acts.pick(0),
    words: (page) => {
      const {answer, run, lesson} = page;
      const moment = momentOf(page);
      const truth = truthOf(page) ?? answer?.target;
      const p = truth === undefined ? undefined : answer?.probabilities[truth];
      const chance = Math.log(lesson.classNames.length).toFixed(2);
      const now = run.moments.length > 1 && moment ? `; at this moment it is **${moment.loss.toFixed(2)}**` : "";
      const whose =
        truthOf(page) === undefined
          ? `If yours is meant as ${lesson.classNames[truth ?? 0]}`
          : `It gives this ${lesson.classNames[truth ?? 0]}`;
      const own =
        p === undefined
          ? ""
          : `${whose}: probability ${pct(p)}, so its own loss is **${(-Math.log(Math.max(p, 1e-9))).toFixed(3)}**. Move the timeline and watch it.`;
      return [
        `For each ${lesson.words.one}, loss is minus the logarithm of the probability that it gave to the **right** answer. Sure and right: 0. One in ${lesson.classNames.length}: **${chance}**. Sure and wrong: 5 and more. The curve is the mean over all.`,
        `Untrained, this network's loss is **${run.moments[0]?.loss.toFixed(2) ?? "…"}**${now}. Right answers only count; loss also asks how sure it is. So loss goes on falling when no answer changes any more.`,
        own,
      ];
    },
    buttons: [before, after],
  },
  {
    title: "Why has the untrained map groups?",
    spots: ["map", "verdict"],
    tab: "draw",
    enter: first,
    words: ({run, lesson}, acts) => {
      const chance = (10 / lesson.classNames.length).toFixed(lesson.classNames.length === 10 ? 0 : 1);
      const last = run.moments.length - 1;
      return [
        `Its numbers are random, and it reads ${pct(run.moments[0]?.accuracy ?? 0)} right. Yet of the ten nearest to each ${lesson.words.one} on this map, **${acts.sameClassNear(0).toFixed(1)} are of its own class**. By chance it would be ${chance}.`,
        "Random filters still pass on what a picture shows. Two pictures with nearly the same pixels get nearly the same scores, whatever those mean. **Alike goes in, alike comes out.** What is missing is a name for each group, and distance between classes that look alike.",
        last > 0
          ? `Learning gives both: now ${acts.sameClassNear(last).toFixed(1)} of ten.`
          : "It is being taught now: watch the groups part.",
      ];
    },
    buttons: [untrained, trained],
  },
  {
    title: "What does it get wrong, and why?",
    spots: ["wrong", "map", "draw", "why"],
    tab: "wrong",
    enter(page, acts) {
      end(page, acts);
      acts.pickWrong(0);
    },
    words: (page) => {
      const {answer, lesson, labels} = page;
      const {classNames, words} = lesson;
      const truth = truthOf(page);
      const best = answer ? answer.probabilities.indexOf(Math.max(...answer.probabilities)) : 0;
      const near = Array.from(answer?.near ?? []);
      const same = near.filter((n) => labels[n] === best).length;
      const isWrong = answer && truth !== undefined && best !== truth;
      const said = isWrong
        ? `The truth is ${classNames[truth]}, and it says **${classNames[best]}**, ${pct(answer.probabilities[best])} sure. Of the ${near.length} ${words.many} nearest to it on the map, **${same} are of class ${classNames[best]}**: to the network, this looks like them.`
        : "This is one that it got wrong at the end.";
      const why =
        words.one === "digit"
          ? "It knows strokes and no intentions. A 4 with a closed top **is** a 9 to anyone who has only seen pixels, and some of these nobody reads for sure. Others are plain, but have a rare slant or a thin pen: those need more or other digits. Try 500 in place of 5,000."
          : "It knows pixels and no things. Some of these look like another class to anyone. Others are plain, but rare among what it learnt from: those need more pictures like them.";
      return [said, why];
    },
    buttons: [{words: () => "Another one", act: (_, acts) => acts.pickWrong()}],
  },
  {
    title: "What does LIME hide?",
    spots: ["why", "draw"],
    tab: "why",
    enter(page, acts) {
      end(page, acts);
      if (!page.hand) acts.pick(0);
    },
    words: ({answer, lesson}) => {
      const lime = answer?.lime;
      const gap = lesson.words.one === "digit" ? ", such as the gap that makes a 3 of an 8" : "";
      const fit =
        lime?.r2 == null
          ? ""
          : `How much of the network the straight line catches is R²: here **${lime.r2.toFixed(2)}, ${trustWord(lime.r2)}**. The rest stays hidden from you.`;
      return [
        `LIME cuts the picture into ${lime?.count ?? "some"} pieces and hides them at random, ${lime?.samples ?? 500} times. Each time it asks the network, and at the end it fits a **straight line** through the answers. Blue pieces speak for the answer, orange ones against it.`,
        `“Hidden” means here: painted in the piece's mean colour. So a piece that is empty stays empty. **LIME cannot say that a gap matters**${gap}. Nor can it say that two pieces only count together.`,
        fit,
      ];
    },
    buttons: [{words: () => "Another one", act: (_, acts) => acts.pickAny()}],
  },
  {
    title: "When should you not trust it?",
    spots: ["why", "draw", "verdict"],
    tab: "why",
    enter(page, acts) {
      if (!page.hand) acts.pick(0);
      acts.goTo(0);
    },
    words: (page) => {
      const lime = page.answer?.lime;
      const halves =
        lime?.halvesTop5 == null ? "" : `; the halves share **${pct(lime.halvesTop5, 0)}** of their strongest five`;
      return [
        momentOf(page)?.index === 0
          ? "This network is **untrained**. It knows nothing, and yet saliency and LIME look as convincing as ever. Even R² can be high: it says how well the line fits, not that there is sense in it."
          : "This network is trained. Are its pictures different from the untrained one's? If not, they show the outline of the picture and not what was learnt.",
        "Doubt an explanation if (1) an untrained network gives the same one, (2) R² is under 0.5, (3) the two halves of the masks name different pieces, (4) the answer itself is unsure, (5) you like it because it looks like your own reason.",
        lime?.r2 == null ? "" : `Here: R² **${lime.r2.toFixed(2)}, ${trustWord(lime.r2)}**${halves}.`,
      ];
    },
    buttons: [untrained, trained],
  },
];
