import {h} from "../dom";
import type {Store} from "../state";
import type {TrainingData} from "./data";
import {epochsAt} from "./samples";

/** A selection by numbers instead of a circle, for the keyboard and for exact regions. */
export function mapRange(
  training: TrainingData,
  store: Store,
  epochNow: () => number,
): {readonly button: HTMLElement; readonly form: HTMLElement} {
  const field = (label: string, value: string, most: string) => {
    const input = h("input", {type: "number", min: "0", max: most, step: "any", value, required: true});
    return {input, root: h("label", {}, label, input)};
  };
  const low = field("Sure of the label, % from", "0", "100");
  const high = field("to", "50", "100");
  const calm = field("Deviation from", "0", "0.5");
  const wild = field("to", "0.5", "0.5");
  const form = h(
    "form",
    {class: "dm-range", hidden: true, "aria-label": "Select by numbers"},
    ...[low, high, calm, wild].map(({root}) => root),
    h("button", {class: "tool", type: "submit"}, "List them"),
  );
  const button = h(
    "button",
    {class: "tool", type: "button", "aria-expanded": "false", title: "Select by numbers"},
    "Select",
  );
  button.addEventListener("click", () => {
    form.hidden = !form.hidden;
    button.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) low.input.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const {confidence, variability} = training.story(epochsAt(training, epochNow()));
    const [from, to, least, most] = [low, high, calm, wild].map(({input}) => Number(input.value));
    const rows: number[] = [];
    for (let row = 0; row < training.rows; row++) {
      const sure = 100 * confidence[row];
      if (sure >= from && sure <= to && variability[row] >= least && variability[row] <= most) rows.push(row);
    }
    const name = `${from} to ${to} % sure, deviation ${least} to ${most}`;
    store.set({samples: {kind: "lasso", rows, name}});
  });
  return {button, form};
}
