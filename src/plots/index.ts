import {attribution} from "./attribution";
import {confusionMatrix} from "./confusion-matrix";
import {dataMap} from "./data-map";
import {type Figure, figure, figureInTurns, type Plot, type Sheet} from "./figure";
import {filmstrip} from "./filmstrip";
import {imageGrid} from "./image-grid";
import {limeSteps} from "./lime-steps";
import {orderCurves} from "./order-curves";
import {scatter} from "./scatter";
import {segmentBars} from "./segment-bars";
import {segments} from "./segments";
import {tracked} from "./tracked";

/** All kinds of pictures. The keys are stored in saved artifacts, so they must never be renamed. */
export const plots = {
  attribution,
  confusionMatrix,
  dataMap,
  imageGrid,
  scatter,
  segments,
  segmentBars,
  limeSteps,
  filmstrip,
  orderCurves,
  tracked,
} satisfies Record<string, Plot<never>>;

export type PlotName = keyof typeof plots;
export type PlotData<N extends PlotName> = Parameters<(typeof plots)[N]>[0];

/** A picture's data, and the name of the plot that draws it. */
export type Drawable = {[N in PlotName]: {readonly plot: N; readonly data: PlotData<N>}}[PlotName];

/** Draws an artifact. */
export function draw<N extends PlotName>(plot: N, data: PlotData<N>): Figure {
  const {width, height, draw} = sheet(plot, data);
  return figure(width, height, draw);
}

/** The same picture in steps of some ten milliseconds; `turn` is awaited between two steps. */
export async function drawInTurns<N extends PlotName>(
  plot: N,
  data: PlotData<N>,
  turn: () => Promise<void>,
): Promise<Figure> {
  return figureInTurns(sheet(plot, data), turn);
}

function sheet<N extends PlotName>(plot: N, data: PlotData<N>): Sheet {
  return (plots[plot] as unknown as Plot<PlotData<N>>)(data); // the key selects the plot that takes this data
}
