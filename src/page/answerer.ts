import {eventLoopTurn} from "../tsne/index";
import {asker, type Question} from "./ask";
import type {Material} from "./lesson";
import type {FromAsker, ToAsker} from "./messages";

/**
 * Answers only the last question, because a visitor who draws asks more often than can be explained. A question about a
 * moment that is not known, because its run is over, has no answer.
 */
export function answerer(material: Material, tell: (told: FromAsker) => void): (asked: ToAsker) => void {
  const answers = asker(material);
  let waiting: Question | undefined;
  let isBusy = false;
  let ready: Promise<void> = Promise.resolve();
  const fail = (error: unknown) => tell({kind: "failed", why: (error as Error).message});

  const answer = async () => {
    isBusy = true;
    while (waiting) {
      await ready;
      const question: Question = waiting;
      waiting = undefined;
      if (answers.has(question.moment)) tell(await answers.answer(question));
      await eventLoopTurn();
    }
    isBusy = false;
  };

  return (asked) => {
    if (asked.kind === "begin") {
      waiting = undefined;
      ready = ready.then(() => answers.begin(asked.config));
      ready.catch(fail);
    } else if (asked.kind === "moment") {
      ready = ready.then(() => answers.add(asked.index, asked.weights));
      ready.catch(() => undefined); // was told
    } else {
      waiting = asked.question;
      if (!isBusy) answer().catch(fail);
    }
  };
}
