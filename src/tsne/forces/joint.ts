import type {FoundNeighbours} from "../neighbours/neighbours";
import {placesOf} from "../neighbours/row-orders";
import type {Arena} from "../threads/arena";
import {align, CHUNK} from "../threads/layout";
import type {Team} from "../threads/team";

/** Addresses of the joint probabilities, with places instead of rows (kernels/affinities.ts). */
export interface JoinedNeighbours {
  readonly edges: number;
  readonly ends: number;
  readonly joint: number;
}

/**
 * Calibrates p(j|i) to the perplexity, and joins both directions.
 *
 * @param order The row at each place.
 */
export function joinNeighbours(
  team: Team,
  arena: Arena,
  rows: number,
  k: number,
  perplexity: number,
  {distances, neighbours}: FoundNeighbours,
  order: Int32Array,
): JoinedNeighbours {
  const chunks = Math.ceil(rows / CHUNK);
  const edges = arena.allocate((rows + 1) * 4);
  const mark = arena.mark();
  const [rowsAt, places] = [arena.allocate(rows * 4), arena.allocate(rows * 4)];
  arena.integers(rowsAt, rows).set(order);
  arena.integers(places, rows).set(placesOf(order));
  const p = arena.allocate(rows * k * 4);
  const scratchSize = align(4 * (k + 3) + 64);
  const scratch = arena.allocate(team.threads * scratchSize);
  const starts = arena.allocate((rows + 1) * 4);
  const cursor = arena.allocate(rows * 4);
  const reverse = arena.allocate(rows * k * 4);
  const reverseP = arena.allocate(rows * k * 4);
  const entropy = Math.log(perplexity);
  team.run({kernel: "calibrate", tasks: chunks, args: [rows, k, entropy, distances, p, scratch, scratchSize]});
  team.run({kernel: "reverseLists", tasks: 1, args: [rows, k, neighbours, p, starts, cursor, reverse, reverseP]});
  team.run({kernel: "countEdges", tasks: chunks, args: [rows, k, rowsAt, neighbours, starts, reverse, edges]});
  team.run({kernel: "sumEdges", tasks: 1, args: [rows, edges]});
  // The arrays get the length that is needed, not the greatest that is possible. They are made behind their sources and
  // then moved down over them.
  const bytes = 4 * arena.integers(edges, rows + 1)[rows];
  const made = {ends: arena.allocate(bytes), joint: arena.allocate(bytes)};
  const args = [rows, k, rowsAt, places, neighbours, p, starts, reverse, reverseP, edges, made.ends, made.joint];
  team.run({kernel: "joinEdges", tasks: chunks, args});
  arena.release(mark);
  const [ends, joint] = [arena.allocate(bytes), arena.allocate(bytes)];
  arena.move(made.ends, ends, bytes);
  arena.move(made.joint, joint, bytes);
  return {edges, ends, joint};
}
