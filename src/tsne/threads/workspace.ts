import type {NeighbourGuess} from "../neighbours/pruned-neighbours";
import {type Arena, openArena} from "./arena";
import {openTeam, type Team} from "./team";

/** Threads and their memory, which one computation after another uses. */
export interface Workspace {
  readonly team: Team;
  readonly arena: Arena;
  /**
   * The result of the last search for neighbours in this memory. It makes the next search faster if the data are
   * similar, and changes no bit of its result.
   */
  lastNeighbours?: NeighbourGuess;
  /** Ends the threads; the memory is freed with the object. */
  close(): void;
}

/** The part of a workspace that a computation needs. */
export type Space = Pick<Workspace, "team" | "arena">;

/**
 * Opens a workspace.
 *
 * @param threads The results do not depend on this number.
 */
export async function openWorkspace(threads: number): Promise<Workspace> {
  const team = await openTeam(threads);
  return {team, arena: openArena(team), close: () => team.close()};
}

let idle: Workspace | undefined;

/**
 * Does some work in a workspace, and keeps the workspace open, with its memory as it grew, for the next caller who asks
 * for as many threads. Opening one and growing its memory costs a tenth of a map of 10,000 points. All memory that the
 * work took is freed, and the open workspace does not keep the process alive.
 */
export async function inWorkspace<T>(threads: number, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  let workspace: Workspace;
  if (idle?.team.threads === threads) {
    workspace = idle;
    idle = undefined;
  } else workspace = await openWorkspace(threads);
  const mark = workspace.arena.mark();
  let result: T;
  try {
    result = await work(workspace);
  } catch (error) {
    workspace.close(); // if a kernel failed halfway, the workspace cannot be used again
    throw error;
  }
  workspace.arena.release(mark);
  idle?.close();
  idle = workspace;
  return result;
}

/**
 * Closes the workspace that is kept, if there is one, and so frees its memory. Call it when no map is needed for a
 * while.
 */
export function closeIdleWorkspace(): void {
  idle?.close();
  idle = undefined;
}
