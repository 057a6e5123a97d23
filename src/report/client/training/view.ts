import type {Data} from "../data";
import {h} from "../dom";
import {int} from "../format";
import type {Store} from "../state";
import type {PageView} from "../views";
import type {TrainingData} from "./data";
import {mountDataMap} from "./data-map";
import {mountTrainingLead} from "./lead";
import {mountLearnedBars} from "./learned-bars";
import {mountOneSample} from "./one-sample";
import {mountSampleList} from "./sample-list";
import {chosenRows} from "./samples";
import {mountSuggestions} from "./suggestions";
import {mountTracked} from "./tracked";

/** The view of the training set: what was the network taught, and is that right? */
export function mountTraining(data: Data, training: TrainingData, store: Store): PageView {
  const lead = mountTrainingLead(data, training, store);
  const bars = mountLearnedBars(data, training, store);
  const table = mountSuggestions(data, training, store);
  const map = mountDataMap(data, training, store);
  const list = mountSampleList(data, training, store);
  const one = mountOneSample(data, training, store, list.rows);
  const left = h(
    "div",
    {class: "left"},
    h("div", {class: "hero of-2"}, lead, bars),
    h("div", {class: "pair of-2"}, table.root, map.root),
    list.root,
    data.file.tracked && mountTracked(data, data.file.tracked),
  );
  const side = h("section", {class: "side", "aria-label": `Chosen training ${data.words.one}`}, one.root);
  if (store.state.sample < 0) {
    const [first = 0] = chosenRows(training, store.state, data.epochs[store.state.stop]);
    store.set({sample: first});
  }
  return {
    left,
    side,
    draw: () => {
      table.draw();
      map.draw();
      one.draw();
    },
    step: one.step,
    key: one.key,
    clear: () => store.set({samples: {kind: "suspects"}}),
  };
}

/** The words about this view in the row of questions, such as "2,380 suspect". */
export function trainingFinding(training: TrainingData): string {
  const suspects = training.margins.reduce((sum, margin) => sum + Number(margin < 0), 0);
  return `${int(suspects)} suspect`;
}
