import {afterAll, beforeAll, expect, test, vi} from "vitest";
import type {Data} from "../../src/report/client/data";
import {decodeLayers, type LayersData} from "../../src/report/client/layers/data";
import type {State, Store} from "../../src/report/client/state";
import type {LayersShown} from "../../src/report/layers-file";
import {type PlainElement, plainDocument, plainStore} from "../support/plain-document";

let lead: typeof import("../../src/report/client/layers/lead.js");
let units: typeof import("../../src/report/client/layers/units.js");
let view: typeof import("../../src/report/client/layers/view.js");
beforeAll(async () => {
  plainDocument();
  lead = await import("../../src/report/client/layers/lead.js");
  units = await import("../../src/report/client/layers/units.js");
  view = await import("../../src/report/client/layers/view.js");
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const layer = (name: string, given: object = {}) => ({
  ...{name, type: "Dense", weights: 1200, sampled: 1200, units: 14, filters: null},
  ...{moved: [null, 0.25, 0.125], fromStart: [null, 0.25, 0.5], likeBefore: [null, 0.9, 0.95], likeLast: [0.4, 0.8, 1]},
  ...{probe: [null, 30, 45], gradient: [null, 0.0123, 4], dead: [[], [3], [3]], dormant: [[], [3, 7], [3]]},
  ...given,
});
const shown = {
  ...{epochs: [0, 2, 4], images: 60},
  layers: [
    layer("conv", {likeLast: [0.3, 0.7, 1], fromStart: [null, 0.5, 0.75], sampled: 1000}),
    layer("dense", {dead: [null, null, null], dormant: [[], [], []]}),
  ],
} as unknown as LayersShown;
const decoded = (given: object = {}) => decodeLayers({...shown, ...given} as LayersShown, (one) => one as never);

/** Mounts a panel, goes to each stop, and gives the words of a part of it. */
function told(
  mount: (data: Data, layers: LayersData, store: Store) => HTMLElement,
  layers: LayersData,
  given: object = {},
) {
  const data = {
    ...{epochs: [0, 1, 2, 3, 4], last: 4, attention: null},
    file: {metrics: [0, 1, 2, 3, 4].map((epoch) => ({epoch}))},
    ...given,
  } as unknown as Data;
  const store = plainStore({view: "layers", stop: 0} as State);
  const root = mount(data, layers, store as unknown as Store) as unknown as PlainElement;
  return (stop: number) => {
    store.set({stop});
    return root;
  };
}

test("the sentence says how alike the layers are to the end, at the end which moved furthest, and what is dead", () => {
  const at = told(lead.mountLayersLead, decoded());
  expect(at(0).text("lead")).toBe("Before training, the layers were 30 % or more like their final selves.");
  expect(at(0).text("sub")).toBe("The least alike was conv, by CKA. None of 28 units is dead, none dormant.");
  expect(at(1).text("lead")).toBe("After 1 epoch, the layers were 30 % or more like their final selves.");
  expect(at(3).text("lead")).toBe("After 3 epochs, the layers were 70 % or more like their final selves.");
  expect(at(3).text("sub")).toBe(
    "The least alike was conv, by CKA. Its weights moved by 25 % of their length since epoch 0. 1 unit of 28 is dead, 2 dormant.",
  );
  expect(at(4).text("lead")).toBe("conv moved furthest: 75 % of its weights' length.");
  expect(at(4).text("sub")).toBe(
    "Its weights moved by 13 % of their length since epoch 2. 1 unit of 28 is dead, 1 dormant.",
  );
});

test("the sentence and the table are made again when the epoch or the question is another, and only then", () => {
  const data = {epochs: [0, 2], file: {metrics: []}, attention: null} as unknown as Data;
  for (const [mount, part] of [
    [lead.mountLayersLead, "lead"],
    [units.mountUnits, "tbody"],
  ] as const) {
    const store = plainStore({view: "answers", stop: 0} as State);
    const root = mount(data, decoded(), store as unknown as Store) as unknown as PlainElement;
    store.set({stop: 1});
    expect(root.text(part)).toBe("");
    store.set({view: "layers"});
    const later = root.text(part);
    expect(later).not.toBe("");
    store.state.stop = 0; // nobody said so
    store.set({image: 3});
    expect(root.text(part)).toBe(later);
    store.set({stop: 0});
    expect(root.text(part)).not.toBe(later);
  }
});

test("before the first look nothing is known, and a similarity below 0 counts as none", () => {
  const late = decoded({epochs: [2, 3, 4]});
  expect(told(lead.mountLayersLead, late)(1).text("lead")).toBe("After 1 epoch, the layers were not looked at.");
  expect(told(lead.mountLayersLead, late)(1).text("sub")).toBe("");
  const apart = decoded({
    layers: [layer("conv", {likeLast: [-0.2, 0.8, 1]}), layer("dense", {likeLast: [null, 0.9, 1]})],
  });
  expect(told(lead.mountLayersLead, apart)(0).text("lead")).toContain("were 0.0 % or more".replace("0.0", "0"));
  const second = decoded({layers: [layer("conv", {fromStart: [null, null, null]}), layer("dense")]});
  expect(told(lead.mountLayersLead, second)(4).text("lead")).toBe("dense moved furthest: 50 % of its weights' length.");
  const dead = decoded({layers: [layer("conv", {dead: [[1, 2], [], []]})]});
  expect(told(lead.mountLayersLead, dead)(0).text("sub")).toContain("2 units of 14 are dead");
});

test("a loss that levels off is told with the epoch at which 95 % of its fall was done", () => {
  const metrics = Array.from({length: 5}, (_, epoch) => ({
    epoch,
    steps: Array.from({length: 20}, (__, n) => ({at: epoch + n / 20, loss: 0.5 + 2 * Math.exp(-2 * (epoch + n / 20))})),
  }));
  const sub = told(lead.mountLayersLead, decoded(), {file: {metrics}})(4).text("sub");
  expect(sub).toMatch(/ The training loss levels off at 0\.5; 95 % of its fall was done after 1\.5 epochs\.$/);
  const slow = metrics.map(({epoch, steps}) => ({
    epoch,
    steps: steps.map(({at}) => ({at, loss: 0.5 + 2 * Math.exp(-0.3 * at)})),
  }));
  const later = told(lead.mountLayersLead, decoded(), {file: {metrics: slow}})(4).text("sub");
  expect(later).toMatch(/95 % of its fall would be done after (9\.9|10) epochs\.$/);
});

test("the question of the layers says the least similarity to the end", () => {
  const layers = decoded();
  expect([0, 1, 2, 4].map((epoch) => view.layersFinding(layers, epoch))).toEqual([
    ...["like the end: 30 %", "like the end: 30 %", "like the end: 70 %", "like the end: 100 %"],
  ]);
  expect(view.layersFinding(decoded({epochs: [2, 3, 4]}), 1)).toBe("");
  const unknown = decoded({layers: [layer("conv", {likeLast: [null, -0.1, 1]})]});
  expect([0, 2].map((epoch) => view.layersFinding(unknown, epoch))).toEqual(["", "like the end: 0 %"]);
});

test("the table has every layer's figures at the epoch, and a dash where one is not known", () => {
  const cells = (root: PlainElement) =>
    root.all("tbody")[0].children.map((row) => row.children.map((one) => one.textContent));
  const at = told(units.mountUnits, decoded());
  expect(cells(at(0))).toEqual([
    ["conv Dense", "1,200 (1,000 sampled)", "–", "–", "–", "30.0 %", "–", "–", "14", "0", "0"],
    ["dense Dense", "1,200", "–", "–", "–", "40.0 %", "–", "–", "14", "–", "0"],
  ]);
  expect(cells(at(2))).toEqual([
    [
      "conv Dense",
      "1,200 (1,000 sampled)",
      "25.0 %",
      "50.0 %",
      "90.0 %",
      "70.0 %",
      "50 % (38 % to 62 %)",
      "0.012",
    ].concat(["14", "1: 3", "2: 3, 7"]),
    ["dense Dense", "1,200", "25.0 %", "25.0 %", "90.0 %", "80.0 %", "50 % (38 % to 62 %)", "0.012", "14", "–", "0"],
  ]);
  const many = Array.from({length: 13}, (_, n) => n);
  const full = decoded({layers: [layer("conv", {dormant: [many, many.slice(1), []], likeLast: [-0.1, 1, 1]})]});
  expect(cells(told(units.mountUnits, full)(0))[0].slice(-1)).toEqual(["13"]);
  expect(cells(told(units.mountUnits, full)(2))[0].slice(-1)).toEqual(["12: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"]);
  expect(cells(told(units.mountUnits, full)(0))[0][5]).toBe("0.0 %");
  const late = cells(told(units.mountUnits, decoded({epochs: [2, 3, 4]}))(1));
  expect(late[0].slice(2)).toEqual(["–", "–", "–", "–", "–", "–", "14", "–", "–"]);
});

test("a transformer's block stands before the first of its layers in the table, and in their place in the rows", () => {
  const block = {...layer("block 1"), layers: ["conv", "dense"], units: undefined, type: undefined};
  const {units: _, type: __, ...bare} = block;
  const layers = decoded({layers: [layer("conv"), layer("dense"), layer("end")], blocks: [bare]});
  expect(layers.rows.map(({name}) => name)).toEqual(["block 1", "end"]);
  const rows = told(units.mountUnits, layers)(0).all("tbody")[0].children;
  expect(rows.map((row) => row.children[0].textContent)).toEqual([
    ...["block 1 all of it", "conv Dense", "dense Dense", "end Dense"],
  ]);
  expect(rows[0].children.slice(-3).map((one) => one.textContent)).toEqual(["–", "–", "–"]);
});

test("a filter's weights and how often it is on are those of its layer, look and place", () => {
  const kernels = Object.assign(
    Float32Array.from({length: 24}, (_, n) => n),
    {shape: [3, 2, 2, 2]},
  );
  const on = Float32Array.from({length: 6}, (_, n) => n / 10);
  const one = layer("conv", {filters: {units: [4, 9], kernels, on}}) as never;
  const layers = decoded({layers: [one]});
  expect(layers.filter(one, 1, 1)).toMatchObject({height: 2, width: 2, values: Float32Array.of(12, 13, 14, 15)});
  expect(layers.on(one, 2, 1)).toBeCloseTo(0.5, 6);
  expect(layers.on(layer("dense") as never, 2, 1)).toBe(0);
  expect(() => layers.filter(layer("dense") as never, 0, 0)).toThrow("expected a layer that has some");
  expect([-1, 0, 1, 2, 3, 9].map(layers.at)).toEqual([-1, 0, 0, 1, 1, 2]);
});
