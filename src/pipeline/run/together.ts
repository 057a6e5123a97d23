import {ownTurn} from "../../nouns/own-turn";

/**
 * Runs generators side by side, and yields what any of them yields, as it comes. While one waits (for another thread,
 * for a file), the others go on. Each step begins in its own turn of the event loop, so that between any two the page
 * can be served and Ctrl-C heard.
 *
 * @returns What each generator returned, in their order.
 * @throws What any of them throws; the others are then ended where they are.
 */
export async function* together<E, R>(generators: readonly AsyncGenerator<E, R>[]): AsyncGenerator<E, R[]> {
  const returned: R[] = [];
  const advance = async (i: number) => {
    await ownTurn();
    return {i, step: await generators[i].next()};
  };
  const pending = new Map(generators.map((_, i) => [i, advance(i)]));
  try {
    while (pending.size > 0) {
      const {i, step} = await Promise.race(pending.values());
      if (step.done) {
        returned[i] = step.value;
        pending.delete(i);
      } else {
        pending.set(i, advance(i));
        yield step.value;
      }
    }
    return returned;
  } finally {
    // If the caller leaves early, no generator may go on unseen. Errors that they throw now were reported before, or
    // come too late.
    await Promise.allSettled(pending.values());
    await Promise.allSettled(generators.map((generator) => generator.return(undefined as R)));
  }
}
