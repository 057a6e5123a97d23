import type {Data, InsideData} from "./data";
import {h} from "./dom";
import {int} from "./format";
import {loadVis} from "./vis";

const figure = (value: number) => (value === 0 ? "0" : value.toPrecision(2));

/**
 * Fills two places with tables of the layers and of the weights: plain tables at once, which are also used for
 * printing; those of tfjs-vis replace them as soon as it is loaded.
 *
 * @returns A function that draws them for a stop, and again when the stop has changed.
 */
export function visTables(
  data: Data,
  inside: InsideData,
  summary: HTMLElement,
  statistics: HTMLElement,
): (stop: number) => void {
  const layers = data.file.run.model.layers;
  const weights = (stop: number) => ({
    headers: ["Array", "Shape", "Min", "Max", "Mean", "Deviation", "Zeros"],
    values: (inside.weights(stop) ?? []).map(({name, shape, min, max, mean, deviation, zeros}) => [
      name,
      shape.join(" × "),
      ...[min, max, mean, deviation].map(figure),
      int(zeros),
    ]),
  });
  let drawn = -1;
  let summarised = false;
  const draw = async (stop: number) => {
    const {headers, values} = weights(stop);
    statistics.replaceChildren(plainTable(headers, values));
    if (!summarised) {
      const rows = layers.map(({name, outputShape, parameters}) => [
        name,
        outputShape.map((size) => size ?? "batch").join(" × "),
        int(parameters),
      ]);
      summary.replaceChildren(plainTable(["Layer Name", "Output Shape", "# Of Params"], rows));
    }
    const {show, render} = await loadVis();
    if (drawn !== stop) return; // a later stop is being drawn
    if (!summarised) {
      summarised = true;
      summary.replaceChildren();
      const model = layers.map(({name, outputShape, parameters}) => ({
        name,
        outputShape,
        trainable: parameters > 0,
        countParams: () => parameters,
      }));
      await show.modelSummary(summary, {layers: model});
    }
    if (drawn !== stop || values.length === 0) return;
    statistics.replaceChildren();
    await render.table(statistics, {headers, values});
  };
  return (stop) => {
    if (stop === drawn) return;
    drawn = stop;
    void draw(stop);
  };
}

function plainTable(headers: readonly string[], values: readonly (readonly string[])[]): HTMLElement {
  const head = h("thead", {}, h("tr", {}, ...headers.map((name) => h("th", {scope: "col"}, name))));
  const rows = values.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))));
  return h("table", {class: "tf-table"}, head, h("tbody", {}, ...rows));
}
