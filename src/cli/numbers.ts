/** @file Writes numbers for a terminal. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

export function thousands(count: number): string {
  return Number.isFinite(count) ? Math.round(count).toLocaleString("en") : "–";
}

/** A time in minutes and seconds, "1:05". */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-:--";
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")}`;
}

/** "1 epoch", "2,000 epochs". */
export function counted(count: number, what: string): string {
  return `${thousands(count)} ${what}${count === 1 ? "" : "s"}`;
}
