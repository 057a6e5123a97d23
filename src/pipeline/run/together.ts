import {ownTurn} from "../../nouns/own-turn";

/**
 * Runs generators side by side, and yields what any of them yields, as it comes. Where the one waits (for another thread,
 * for a file), the others go on.
 * Each step begins in a turn of the event loop of its own: the page is served, and Ctrl-C heard, between any two.
 *
 * @returns What each returned, in their order.
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
    // Left early, none may go on behind the caller's back; what they still throw has been told of, or came too late.
    await Promise.allSettled(pending.values());
    await Promise.allSettled(generators.map((generator) => generator.return(undefined as R)));
  }
}
