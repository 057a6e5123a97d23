/** Listens to keys, wherever the focus is, unless the element that has the focus uses them itself. */
export function listenToKeys(acts: {readonly [key: string]: () => void}): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.target as HTMLElement;
    const act = acts[event.key];
    if (!act || (inside instanceof HTMLInputElement && event.key !== "Escape")) return;
    if (event.key === " " && inside instanceof HTMLButtonElement) return;
    event.preventDefault();
    act();
  });
}
