/** @file Drawings that adapt to the size of their place, and that can be told to adapt at once. */

const drawings = new Map<Element, (() => void)[]>();

/** Draws now and whenever `host` changes its size. */
export function drawWhenSized(host: Element, draw: () => void): void {
  drawings.set(host, [...(drawings.get(host) ?? []), draw]);
  new ResizeObserver(draw).observe(host);
}

/**
 * Draws everything at the size that its place has now. Printing does not wait for a ResizeObserver, which reports a
 * change only with the next frame on the screen.
 */
export function drawAllNow(): void {
  for (const [host, draws] of drawings) {
    if (!host.isConnected) drawings.delete(host);
    else for (const draw of draws) draw();
  }
}
