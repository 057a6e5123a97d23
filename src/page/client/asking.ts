import type {Moment} from "../learn";
import type {FromAsker, ToAsker} from "../messages";
import type {Page} from "./page";

/** Asks questions about the current picture, and holds the answers. */
export interface Asking {
  /** Begins a new run: answers about the one before are dropped. */
  begin(): void;
  add(moment: Moment): void;
  /** Drops the answers to what was asked so far: they are about another picture. */
  forget(): void;
  /**
   * Asks about the current picture at the current moment.
   *
   * @param withHistory Whether to ask at all other moments, too.
   */
  ask(withHistory: boolean): void;
  hear(told: FromAsker): void;
}

/** @param answered Called with each answer that counts. @param failed Called if the asker breaks. */
export function openAsking(
  page: Page,
  tell: (message: ToAsker) => void,
  answered: () => void,
  failed: (why: string) => void,
): Asking {
  const classes = page.lesson.classNames.length;
  /** How many questions were asked so far, and how many of them belong to earlier runs or pictures. */
  let [question, stale] = [0, 0];
  return {
    begin() {
      stale = question;
      page.answer = page.history = undefined;
      tell({kind: "begin", config: page.config});
    },
    forget() {
      stale = question;
    },
    add: ({index, weights}) => tell({kind: "moment", index, weights}),
    ask(withHistory) {
      const moment = Math.round(page.at);
      const {hand, run} = page;
      if (!hand || !run.moments[moment]) return;
      const {pixels, target, index: except} = hand;
      page.measured.asked = ++question;
      tell({kind: "ask", question: {id: question, moment, pixels, target, except, history: withHistory}});
    },
    hear(told) {
      if (told.kind === "failed") return failed(told.why);
      if (!page.hand || told.id <= stale) return;
      page.measured.answered = told.took;
      page.answer = told;
      const length = page.run.stops.length * classes;
      if (page.history?.length !== length) page.history = new Float32Array(length).fill(Number.NaN);
      if (told.history) page.history.set(told.history);
      else page.history.set(told.probabilities, told.moment * classes);
      page.changed();
      answered();
    },
  };
}
