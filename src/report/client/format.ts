/** A whole number such as 12,345. */
export function int(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

/** A share in per cent. It is never rounded to 100 or 0 unless it is exactly that. */
export function pct(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return "–";
  const rounded = (share * 100).toFixed(digits);
  if (share < 1 && Number(rounded) >= 100) return `>${(100 - 10 ** -digits).toFixed(digits)} %`;
  if (share > 0 && Number(rounded) === 0) return `<${(10 ** -digits).toFixed(digits)} %`;
  return `${rounded} %`;
}

/** "1 digit", "2 digits". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${int(count)} ${count === 1 ? one : many}`;
}

/** A time such as 0.8 s, 12 s or 3 min 05 s. */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
