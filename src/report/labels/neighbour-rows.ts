import {html} from "../../escape/html";
import {nearestWords} from "../nearest-words";

/** A training image beside a suspect. */
export interface NeighbourTile {
  /** The picture, a PNG as a data URL. */
  readonly picture: string;
  readonly label: string;
  /** Its name, the same as in every list. */
  readonly where: string;
}

/** The training images that look most like a suspect to the network, the most similar first. */
export interface NeighbourTiles {
  /**
   * Among the images with its label, and among those with the label that it looks like; images whose own label is
   * suspect are left out.
   */
  readonly given: readonly NeighbourTile[];
  readonly suggested: readonly NeighbourTile[];
  /** Among all images. */
  readonly all: readonly NeighbourTile[];
}

/**
 * Three rows as HTML: the most similar images with the given label, those with the suggested one, and the most similar
 * of all.
 */
export function neighbourRows(
  {given, suggested, all}: NeighbourTiles,
  labels: {readonly given: string; readonly suggested: string},
): string {
  const rows = [
    {says: `Most alike, labelled ${labels.given}`, tiles: given},
    {says: `Most alike, labelled ${labels.suggested}`, tiles: suggested},
    ...(all.length > 0 ? [{says: `Most alike of all: ${nearestWords(all.map(({label}) => label))}`, tiles: all}] : []),
  ];
  return `<div class="near">${rows.map(({says, tiles}) => row(says, tiles)).join("")}</div>`;
}

function row(says: string, tiles: readonly NeighbourTile[]): string {
  const images = tiles.map(
    ({picture, label, where}) =>
      `<img alt="${html(`${where}, labelled ${label}`)}" title="${html(`${where}, labelled ${label}`)}" src="${picture}">`,
  );
  const none = tiles.length === 0 ? ": none whose own label is beyond doubt" : "";
  return `<p class="soft">${html(says)}${none}</p>${tiles.length > 0 ? `<div class="row">${images.join("")}</div>` : ""}`;
}
