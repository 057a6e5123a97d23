import {join, relative} from "node:path";

import type {RunEvent} from "../pipeline/run/events";
import {paint} from "./terminal";

/** How many suspects the terminal names; the file has all. */
const NAMED = 20;
/** With fewer images than this, a run that asks about all of them takes little time. */
const FEW = 5000;
/** If a network agrees with a smaller share of the labels, it is more often wrong than the labels are. */
const TRUSTED = 0.75;

/**
 * The lines that a run prints about labels that look wrong. They name pictures only if these are files, so that the
 * user can find them.
 */
export function labelWords(event: Extract<RunEvent, {readonly type: "labels"}>): readonly string[] {
  const {data, folds, path, asked, agreed, issues} = event;
  const {folder, classNames} = data;
  if (folder === undefined) return [];
  const place = (file: string) => relative(process.cwd(), file);
  const named = issues.slice(0, NAMED).map(({file = "", given, predicted, probability}) => {
    const sure = `${(100 * probability).toFixed(1)}%`;
    return `  ${place(join(folder, file))}: labelled ${classNames[given]}, looks like ${classNames[predicted]} (${sure})`;
  });
  const isWatched = data.train.count === 0; // nobody here trains it
  const count = data.train.count + data.validation.count + data.test.count;
  const lines = [
    `${paint.bold("labels")}  ${number(issues.length)} of ${number(asked)} pictures look wrongly labelled; ` +
      `all of them, the most suspect first: ${place(path)}`,
    ...(agreed < TRUSTED ? [] : named),
  ];
  if (agreed < TRUSTED) {
    const share = `${Math.round(100 * agreed)}%`;
    lines.push(
      `  the network agrees with ${share} of the labels alone: many of these are its own mistakes${isWatched ? "" : "; try more --epochs"}`,
    );
  }
  if (folds === 0 && count < FEW && !isWatched) {
    lines.push(
      `  the ${number(count - asked)} that it learnt from were not asked about: --folds 5 asks about every picture once`,
    );
  }
  return lines;
}

function number(count: number): string {
  return count.toLocaleString("en");
}
