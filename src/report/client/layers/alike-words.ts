import type {LayersData} from "./data";

type Alike = ReadonlyMap<string, readonly (readonly number[])[]> | undefined;

/** "heads 1, 3 alike" for each group of a block; no words for a layer, or if no heads look alike. */
export function alikeGroups(block: LayersData["rows"][number], alike: Alike): string[] {
  const layers = "layers" in block ? block.layers : [];
  const groups = layers.flatMap((layer) => alike?.get(layer) ?? []);
  return groups.map((heads) => `heads ${heads.map((h) => h + 1).join(", ")} alike`);
}

/** A sentence about the heads that look alike; empty for a network without heads, or if nothing was kept about them. */
export function alikeWords(layers: LayersData, alike: Alike): string {
  if (!layers.blocks || !alike) return "";
  const told = layers.blocks.flatMap(({name, layers: own}) =>
    own.flatMap((layer) => (alike.get(layer) ?? []).map((heads) => `${listed(heads)} of ${name}`)),
  );
  if (told.length === 0) return " No two heads of a block look alike.";
  return ` These heads look alike: ${told.join("; ")}.`;
}

function listed(heads: readonly number[]): string {
  const names = heads.map((h) => `${h + 1}`);
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
