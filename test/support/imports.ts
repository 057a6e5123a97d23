/** @file Who imports whom, read from the sources: types count as much as values. */
import {existsSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";

/** The project's own files that a file imports, as paths from the root. @throws Error if one of them is not there. */
export function importsOf(file: string, pattern = /(?:from|import\(|require\() ?"(\.[^"]*)"/g): string[] {
  const targets = [...readFileSync(file, "utf8").matchAll(pattern)];
  return targets.map(([, target]) => {
    const path = join(dirname(file), target);
    const found = [path, `${path}.ts`, `${path}.d.ts`, join(path, "index.ts")].find(
      (one) => /\.(ts|json|cjs)$/.test(one) && existsSync(one),
    );
    if (!found) throw new Error(`${file}: imports ${target}, which is not there`);
    return found;
  });
}

/** All files that run when these do: what they import as values, at once and not when it is first needed; themselves too. */
export function runsWith(entries: readonly string[]): string[] {
  const reached = new Set(entries);
  for (const file of reached) for (const target of importsOf(file, VALUES_AT_ONCE)) reached.add(target);
  return [...reached].sort();
}

/** An import or export of more than types, as a statement of its own. */
const VALUES_AT_ONCE = /^(?:import|export) (?!type )(?:[^;]*? from )?"(\.[^"]*)";/gm;

/** Sets of files that reach each other, each sorted (Tarjan 1972, "Depth-first search and linear graph algorithms"). */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const mine = order.size;
    order.set(file, mine);
    let low = mine;
    stack.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (stack.includes(target)) low = Math.min(low, order.get(target) as number);
    }
    if (low === mine) {
      const together = stack.splice(stack.indexOf(file));
      if (together.length > 1) circles.push(together.sort());
    }
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return circles;
}
