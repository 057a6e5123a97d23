import {eventLoopTurn} from "../tsne/index";
import {learn} from "./learn";
import type {Material} from "./lesson";
import type {FromTrainer, ToTrainer} from "./messages";

/** Trains one run after another, as it is asked to, and reports each of them. A new run ends the one before. */
export function trainer(material: Material, tell: (told: FromTrainer) => void): (asked: ToTrainer) => void {
  /** The run that is wanted, and the step up to which it may train. */
  let [current, until] = [0, 0];
  let wake = () => {};
  let before: Promise<void> = Promise.resolve();

  const teach = async (run: number, config: Extract<ToTrainer, {kind: "begin"}>["config"], pace: number) => {
    const isWanted = () => run === current;
    try {
      if (!isWanted()) return;
      for await (const told of learn(config, material)) {
        await eventLoopTurn(); // lets messages arrive that came meanwhile
        while (told.kind === "next" && isWanted() && told.step >= until) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (!isWanted()) return;
        if (told.kind === "next") continue;
        tell({...told, run});
        const rest = told.kind === "moment" && told.step > 0 ? pace - told.looked : 0;
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      }
    } catch (error) {
      if (isWanted()) tell({kind: "failed", why: (error as Error).message, run});
    }
  };

  return (asked) => {
    if (asked.kind === "until") until = asked.step;
    else {
      [current, until] = [asked.run, asked.until];
      const {run, config, pace} = asked;
      before = before.then(() => teach(run, config, pace));
    }
    wake();
  };
}
