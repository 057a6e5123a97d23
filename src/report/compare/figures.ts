import {html} from "../../escape/html";
import type {EpochMetrics} from "../../pipeline/types";
import type {RunComparison} from "./compare-runs";
import type {Setting} from "./settings";

/** @file The comparison's figures as SVG: plain text, no script. */

const WIDTH = 560;

/**
 * Draws a row for each setting with a dot for each seed. The line is the mean, and the band is one standard deviation
 * on both sides of it.
 */
export function seedStrips({settings, base, runs}: RunComparison, nameOf: (setting: Setting) => string): string {
  const all = settings.flatMap(({accuracies}) => accuracies);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(high - low, 1e-4) * 0.15;
  const x = (value: number) => 24 + ((value - low + room) / (high - low + 2 * room)) * (WIDTH - 48);
  const row = 56;
  const rows = settings.map((setting, i) => {
    const y = 34 + i * row;
    const {mean, deviation, accuracies, runs: members} = setting;
    const band = Number.isNaN(deviation)
      ? ""
      : `<rect class="band" x="${x(mean - deviation).toFixed(1)}" y="${y - 11}" width="${(x(mean + deviation) - x(mean - deviation)).toFixed(1)}" height="22" rx="4"/>
<line class="mean" x1="${x(mean).toFixed(1)}" x2="${x(mean).toFixed(1)}" y1="${y - 11}" y2="${y + 11}"/>`;
    const dots = accuracies.map((accuracy, j) => {
      const kind = members[j] === base ? "base" : runs.some(({at}) => at === members[j]) ? "other" : "dot";
      const {name} = members[j].run.facts;
      return `<circle class="${kind}" cx="${x(accuracy).toFixed(1)}" cy="${y}" r="5"><title>${html(name)}: ${percent(accuracy)}</title></circle>`;
    });
    return `<text class="name" x="0" y="${y - 17}">${html(nameOf(setting))}</text>${band}${dots.join("")}`;
  });
  const height = 34 + settings.length * row;
  const ticks = [low, high].map(
    (value, i) =>
      `<text x="${x(value).toFixed(1)}" y="${height - 6}" text-anchor="${i === 0 ? "start" : "end"}">${percent(value)}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Test accuracy of every run, a row for each setting">${rows.join("")}${ticks.join("")}</svg>`;
}

/**
 * Draws the test accuracy of every run by epoch, on one axis. Each line has its name at its end; the base has the thick
 * line.
 */
export function accuracyCurves(runs: readonly {readonly name: string; readonly metrics: readonly EpochMetrics[]}[]) {
  const trained = runs
    .map(({name, metrics}) => ({name, metrics: metrics.filter(({epoch}) => epoch > 0)}))
    .filter(({metrics}) => metrics.length > 0);
  if (trained.length === 0) return '<p class="soft">No run has trained a whole epoch.</p>';
  const all = trained.flatMap(({metrics}) => metrics);
  const values = all.map(({testAccuracy}) => testAccuracy);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = Math.max(...all.map(({epoch}) => epoch));
  const [left, right, top, bottom] = [60, WIDTH - 130, 12, 230];
  const x = (epoch: number) => (last === 1 ? right : left + ((epoch - 1) / (last - 1)) * (right - left));
  const y = (value: number) => bottom - ((value - low) / Math.max(high - low, 1e-9)) * (bottom - top);
  const ends = trained.map(({metrics}) => y(metrics[metrics.length - 1].testAccuracy));
  const places = spread(ends, NAME_HEIGHT);
  const lines = trained.map(({name, metrics}, i) => {
    const points = metrics.map((line) => `${x(line.epoch).toFixed(1)},${y(line.testAccuracy).toFixed(1)}`);
    const end = x(metrics[metrics.length - 1].epoch);
    const strong = i === 0 ? " strong" : "";
    const shown = name.length > 18 ? `${name.slice(0, 9)}…${name.slice(-8)}` : name;
    return `<polyline class="run${strong}" points="${points.join(" ")}"><title>${html(name)}</title></polyline>
<circle class="dot" cx="${end.toFixed(1)}" cy="${ends[i].toFixed(1)}" r="3"/>
<line class="rule" x1="${(end + 4).toFixed(1)}" x2="${right + 12}" y1="${ends[i].toFixed(1)}" y2="${places[i].toFixed(1)}"/>
<text class="name${strong}" x="${right + 15}" y="${(places[i] + 4).toFixed(1)}">${html(shown)}<title>${html(name)}</title></text>`;
  });
  const rules = [low, high].map(
    (value) =>
      `<line class="rule" x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/><text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${percent(value)}</text>`,
  );
  const bottomOf = Math.max(bottom + 24, ...places.map((place) => place + 12));
  const first = last > 1 ? `<text x="${left}" y="${bottom + 20}">epoch 1</text>` : "";
  return `<svg viewBox="0 0 ${WIDTH} ${bottomOf.toFixed(0)}" role="img" aria-label="Test accuracy by epoch">${rules.join("")}${first}<text x="${right}" y="${bottom + 20}" text-anchor="end">epoch ${last}</text>${lines.join("")}</svg>`;
}

/** The room for a name, in units of the figure. */
const NAME_HEIGHT = 15;

/**
 * Moves heights apart, from the top down, so that none is nearer to the next than `room`, and each stays as near as
 * possible to its own.
 */
export function spread(heights: readonly number[], room: number): number[] {
  const order = heights.map((_, i) => i).sort((i, j) => heights[i] - heights[j]);
  const places = [...heights];
  order.forEach((i, rank) => {
    if (rank > 0) places[i] = Math.max(heights[i], places[order[rank - 1]] + room);
  });
  return places;
}

/** A difference of shares in percentage points, with its sign. */
export function points(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(2)}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}\u00a0%`;
}
