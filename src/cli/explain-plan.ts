import type {ExplainPlan} from "../pipeline/many/plan-explaining";
import {sizeWords} from "./dry-run";
import {thousands} from "./numbers";

/** A plan in lines, for a person. */
export function explainPlanLines(plan: ExplainPlan): string[] {
  const {images, epochs, explanations, known, shards, shardImages, measured, seconds, bytes, machines, enough} = plan;
  const there = known > 0 ? `, of which ${thousands(known)} are there` : "";
  const each = `${(1000 * measured.secondsEach).toPrecision(2)} ms of a core each`;
  const busy =
    measured.busy < 1.25
      ? ""
      : `, which has so much else to do that all takes ${measured.busy.toPrecision(2)} times as long`;
  const shown = machines.filter(({machines: count}) => count <= Math.max(10, 2 * enough));
  return [
    `explain   ${thousands(images)} images at ${epochs.length} ${epochs.length === 1 ? "epoch" : "epochs"}: ${thousands(explanations)} explanations${there}`,
    `shards    ${thousands(shards)} of up to ${thousands(shardImages)} images`,
    `measured  ${thousands(measured.images)} images by ${measured.workers} workers here: ${each}, and ${measured.openSeconds.toPrecision(2)} s to open; ${measured.aroundSeconds.toPrecision(2)} s to start and for the page`,
    `takes     about ${timeWords(seconds)} on this machine${busy}`,
    `writes    about ${sizeWords(bytes.results)} of results and ${sizeWords(bytes.run)} in the run's folder`,
    ...shown.map(
      (one) =>
        `${thousands(one.machines).padStart(9)} ${one.machines === 1 ? "machine " : "machines"} like this one  ${timeWords(one.seconds).padStart(10)}   ${Math.round(100 * one.efficiency)} % of their time is work`,
    ),
    `enough    ${thousands(enough)}: twice as many would save less than a tenth of the time`,
  ];
}

function timeWords(seconds: number): string {
  const [unit, words] = seconds < 120 ? [1, "s"] : seconds < 7200 ? [60, "min"] : [3600, "h"];
  const value = seconds / unit;
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${words}`;
}
