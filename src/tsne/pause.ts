/** Longest stretch, in milliseconds, for which the event loop is kept waiting. */
const STRETCH = 20;

/** @returns A function to call between steps of a long computation: every 20 ms it lets the event loop turn once. */
export function pauses(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < STRETCH) return undefined;
    return new Promise((resolve) => {
      const goOn = () => {
        last = performance.now();
        resolve();
      };
      if (typeof setImmediate === "function") setImmediate(goOn);
      else setTimeout(goOn);
    });
  };
}
