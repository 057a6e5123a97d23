interface Patches {
  readonly rows: number;
  readonly columns: number;
  /** The side of a patch in pixels, and the size of the image that the canvas shows. */
  readonly side: number;
  readonly height: number;
  readonly width: number;
}

const WAYS = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0]} as const;

/**
 * Lets the reader point at a patch of an image: with a mouse; by a tap, which another tap on it or elsewhere ends; or
 * by Shift and an arrow key on the element with the focus.
 *
 * @param current The current patch; null if nothing is known about patches, so that none can be pointed at.
 * @param point Called with the patch, or with undefined when the pointer leaves it.
 */
export function patchHand(
  {rows, columns, side, height, width}: Patches,
  current: () => number | undefined | null,
  point: (patch: number | undefined) => void,
): {listenTo(canvas: HTMLCanvasElement): void} {
  const patchAt = ({offsetX, offsetY}: MouseEvent, canvas: HTMLCanvasElement) => {
    const row = Math.floor((offsetY * height) / (canvas.clientHeight * side));
    const column = Math.floor((offsetX * width) / (canvas.clientWidth * side));
    const isIn = row >= 0 && row < rows && column >= 0 && column < columns;
    return isIn && current() !== null ? row * columns + column : undefined;
  };
  const middle = () => Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  return {
    listenTo(canvas) {
      canvas.addEventListener("pointermove", (event) => {
        if (event.pointerType === "mouse") point(patchAt(event, canvas));
      });
      canvas.addEventListener("pointerleave", (event) => {
        if (event.pointerType === "mouse") point(undefined);
      });
      canvas.addEventListener("click", (event) => {
        if ((event as PointerEvent).pointerType === "mouse") return;
        const patch = patchAt(event, canvas);
        point(patch === current() ? undefined : patch);
      });
      canvas.addEventListener("focus", () => {
        if (canvas.matches(":focus-visible") && current() === undefined) point(middle());
      });
      canvas.addEventListener("blur", () => point(undefined));
      canvas.addEventListener("keydown", (event) => {
        const way = event.shiftKey ? WAYS[event.key as keyof typeof WAYS] : undefined;
        const from = current();
        if (!way || from === null) return;
        event.preventDefault();
        event.stopPropagation();
        if (from === undefined) return point(middle());
        const row = Math.min(rows - 1, Math.max(0, Math.floor(from / columns) + way[0]));
        const column = Math.min(columns - 1, Math.max(0, (from % columns) + way[1]));
        point(row * columns + column);
      });
    },
  };
}
