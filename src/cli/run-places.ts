import {existsSync, realpathSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {textWidth} from "./fit";
import {link, paint} from "./terminal";

/** A path as one would type it here. */
export function here(path: string): string {
  return relative(process.cwd(), path) || ".";
}

/** The run by way of the link `latest`, where that is this run; else undefined. */
function byLatest(path: string): string | undefined {
  const latest = join(dirname(path), "latest");
  try {
    return realpathSync(latest) === realpathSync(path) ? latest : undefined;
  } catch {
    return undefined; // there is no such link: the run's own name is as good
  }
}

/**
 * Where a run's files are, those that there are: in one line where there is room, else in one line each; by the shorter name `latest` where the
 * run's own is too long for that.
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
 * Where the page is, as a link that opens it: a `file://` address, which many terminals make clickable by themselves; by
 * way of `latest` where the run's own name is too long for the line. Where the terminal knows links, the words are one.
 *
 * @param links Whether it does (`knowsLinks`).
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
