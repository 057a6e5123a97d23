import type {Data} from "../data";
import {h, type Kid} from "../dom";
import {int, plural} from "../format";
import {type Store, still} from "../state";
import type {SampleChoice} from "./choices";
import type {TrainingData} from "./data";
import {decidedWords} from "./decisions";
import {epochsAt, suspectCounts} from "./samples";

/** With fewer epochs, a hard image cannot be told from an image with a wrong label. */
const ENOUGH_EPOCHS = 3;

/** The sentence about the training set. Every number is a button that fills the list. */
export function mountTrainingLead(data: Data, training: TrainingData, store: Store): HTMLElement {
  const {words, names, classes} = data;
  const lead = h("h1", {class: "lead"});
  const below = h("p", {class: "sub"});
  const root = h("div", {class: "hero-say", "aria-live": "polite"}, lead, below);
  const strong = (text: string) => h("strong", {}, text);
  const suspects = training.margins.reduce((sum, margin) => sum + Number(margin < 0), 0);
  const counts = suspectCounts(training, classes);
  const worst = counts.reduce((best, count, at) => (count > counts[best] ? at : best), 0);
  const total = int(training.rows);
  const sampled = training.rows < training.count ? ` that the page carries, of ${int(training.count)}` : "";
  const link = (label: string, samples: SampleChoice, after = "") => {
    const button = h("button", {class: "link", type: "button"}, label);
    button.addEventListener("click", () => {
      store.set({samples});
      document
        .querySelector(".p-samples")
        ?.scrollIntoView({block: "nearest", behavior: still.matches ? "auto" : "smooth"});
    });
    return after ? h("span", {class: "hold"}, button, after) : button;
  };
  const say = (element: Element, ...kids: Kid[]) =>
    element.replaceChildren(...kids.filter((kid): kid is Node | string => Boolean(kid)));
  store.on(({stop, decided, view}, changed) => {
    if (view !== "training" || !["stop", "decided", "view"].some((key) => changed.has(key as "stop"))) return;
    const epoch = data.epochs[stop];
    const over = training.epochsBy(epoch);
    if (over === 0) {
      say(lead, "Before training, nothing has been learned.");
      say(
        below,
        `What it says of each training ${words.one} is kept from epoch ${training.epochs[0]} on, ${training.isAfter ? "after each epoch" : "as it is presented"}.`,
      );
      return;
    }
    const epochs = epochsAt(training, epoch);
    const story = training.story(epochs);
    const isLast = over === training.epochs.length;
    const never = story.correctness.reduce((sum, right) => sum + Number(right === 0), 0);
    const forgotten = story.forgotten.reduce((sum, times) => sum + Number(times > 0), 0);
    if (!isLast) {
      say(
        lead,
        `After ${plural(epoch, "epoch")} it has learned `,
        strong(int(story.learned)),
        ` of ${total} training labels${sampled}.`,
      );
    } else if (suspects === 0) say(lead, `It agrees with every one of ${total} training labels${sampled}.`);
    else say(lead, "The network disagrees with ", strong(int(suspects)), ` of ${total} training labels${sampled}.`);
    const [given, suggested] = [Math.floor(worst / classes), worst % classes];
    say(
      below,
      link(`${int(never)} were never learned`, {kind: "never"}, ", "),
      link(`${int(forgotten)} forgotten`, {kind: "forgotten"}),
      " on the way",
      training.copies > 0 ? "; " : ".",
      training.copies > 0 &&
        link(
          `${int(training.copies)} ${training.copies === 1 ? `is a test ${words.one}` : `are test ${words.many}`} too`,
          {kind: "copies"},
          ".",
        ),
      isLast && suspects > 0 && " Most often ",
      isLast &&
        suspects > 0 &&
        link(`${names[given]} looks like ${names[suggested]}`, {kind: "cell", given, suggested}, "."),
      " ",
      decided.size > 0 ? link(decidedWords(decided), {kind: "decided"}, ".") : isLast && "None decided yet.",
      training.epochs.length < ENOUGH_EPOCHS && ` ${ENOUGH_EPOCHS} epochs or more tell hard from wrong better.`,
      training.epochs.length < training.of && shownWords(training),
    );
  });
  return root;
}

/** Says how many epochs of a long run the page has, and by how many the labels are judged. */
function shownWords({epochs, of, judged}: TrainingData): string {
  const by = judged < of ? `${judged} of them` : "all of them";
  return ` ${epochs.length} of its ${of} epochs are here; the labels are judged by ${by}.`;
}
