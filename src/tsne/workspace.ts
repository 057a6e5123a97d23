import {type Arena, openArena} from "./arena";
import {openTeam, type Team} from "./team";

/** Threads and their memory, for one computation after another: opening them costs 15 ms of a core. */
export interface Workspace {
  readonly team: Team;
  readonly arena: Arena;
  /** Ends the threads; the memory goes with the object. */
  close(): void;
}

/** @param threads Results do not depend on it. */
export async function openWorkspace(threads: number): Promise<Workspace> {
  const team = await openTeam(threads);
  return {team, arena: openArena(team), close: () => team.close()};
}
