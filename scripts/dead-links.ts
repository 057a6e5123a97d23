import {existsSync, readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative} from "node:path";

const LINK = /\b(?:href|src|srcset)="([^"]+)"/g;
const ID = /\bid="([^"]+)"/g;

/** The links in a folder's HTML pages that lead to a missing file, or to a missing place in a page: "page: link". */
export function deadLinks(folder: string): string[] {
  const pages = readdirSync(folder, {recursive: true, encoding: "utf8"}).filter((name) => name.endsWith(".html"));
  const texts = new Map(pages.map((name) => [join(folder, name), readFileSync(join(folder, name), "utf8")]));
  const places = new Map<string, Set<string>>();
  const placesOf = (page: string) => {
    const known = places.get(page) ?? new Set([...(texts.get(page) ?? "").matchAll(ID)].map(([, id]) => id));
    places.set(page, known);
    return known;
  };
  return [...texts].flatMap(([page, text]) =>
    [...text.matchAll(LINK)]
      .map(([, link]) => link)
      .filter((link) => !/^\w+:/.test(link) && !isAlive(page, link, placesOf))
      .map((link) => `${relative(folder, page)}: ${link}`),
  );
}

function isAlive(page: string, link: string, placesOf: (page: string) => ReadonlySet<string>): boolean {
  const [path, place] = link.split("#").map(decodeURIComponent);
  const file = path === "" ? page : join(dirname(page), path.replace(/\?.*/, ""));
  if (!existsSync(file)) return false;
  return !place || !file.endsWith(".html") || placesOf(file).has(place);
}
