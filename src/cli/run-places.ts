import {existsSync, realpathSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {textWidth} from "./fit";
import {link, paint} from "./terminal";

/** A path in the form that a user would type in the working folder. */
export function here(path: string): string {
  return relative(process.cwd(), path) || ".";
}

/** The path of the run through the link `latest`, if this link leads to the run; else undefined. */
function byLatest(path: string): string | undefined {
  const latest = join(dirname(path), "latest");
  try {
    return realpathSync(latest) === realpathSync(path) ? latest : undefined;
  } catch {
    return undefined; // the link does not exist, so the run's own name is used
  }
}

/**
 * The places of a run's files that exist: in one line if there is room, else in one line each. If the run's own name is
 * too long, the shorter `latest` stands for it.
 */
export function placesLines(path: string, columns: number): string[] {
  const places = [
    ["pictures ", "plots"],
    ["numbers  ", "artifacts"],
    ["model    ", "model"],
  ].filter(([, folder]) => existsSync(join(path, folder)));
  const lines = (run: string) => places.map(([what, folder]) => `${what} ${here(run)}/${folder}`);
  const one = lines(path)
    .map((line) => line.replace(/ +/, " "))
    .join("   ");
  if (textWidth(one) <= columns) return [one];
  const latest = byLatest(path);
  const fits = lines(path).every((line) => textWidth(line) <= columns);
  return lines(fits || !latest ? path : latest);
}

/**
 * The place of the page as a link that opens it: a `file://` address, which many terminals make clickable. If the run's
 * own name is too long for the line, it goes through `latest`. If the terminal knows links, the link is a few words.
 *
 * @param links Whether the terminal knows links (`knowsLinks`).
 */
export function pageLines(path: string, columns: number, links: boolean): string[] {
  const label = "the page  ";
  const runs = [path, byLatest(path) ?? path];
  const urls = runs.map((run) => pathToFileURL(resolve(run, "report.html")).href);
  const fitting = urls.find((url) => label.length + textWidth(url) <= columns);
  if (links) return [`${paint.bold("the page")}  ${link(urls[0], fitting ?? `${here(runs[1])}/report.html`)}`];
  if (fitting) return [`${paint.bold("the page")}  ${fitting}`];
  return [paint.bold("the page"), urls.find((url) => textWidth(url) <= columns) ?? urls[1]];
}
