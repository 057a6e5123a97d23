import type {NeighbourGuess} from "../neighbours/pruned-neighbours";
import {type Arena, openArena} from "./arena";
import {openTeam, type Team} from "./team";

/** Threads and their memory, for one computation after another. */
export interface Workspace {
  readonly team: Team;
  readonly arena: Arena;
  /** What a search of this memory's found last: makes the next one faster where data are near, and changes no bit of it. */
  lastNeighbours?: NeighbourGuess;
  /** Ends the threads; the memory goes with the object. */
  close(): void;
}

/** What a computation needs of a workspace. */
export type Space = Pick<Workspace, "team" | "arena">;

/** @param threads Results do not depend on it. */
export async function openWorkspace(threads: number): Promise<Workspace> {
  const team = await openTeam(threads);
  return {team, arena: openArena(team), close: () => team.close()};
}

let idle: Workspace | undefined;

/**
 * Does some work in a workspace that then stays open, its memory as it grew, for whoever next asks for as many threads:
 * to open one, and to have the memory made, costs a tenth of a map of 10,000 points. All that the work took is freed. It
 * keeps no process alive.
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
    workspace.close(); // a kernel may have failed halfway
    throw error;
  }
  workspace.arena.release(mark);
  idle?.close();
  idle = workspace;
  return result;
}

/** Gives back the memory of the workspace that is kept, if there is one: where a while no map is wanted. */
export function closeIdleWorkspace(): void {
  idle?.close();
  idle = undefined;
}
