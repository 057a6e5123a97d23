import {setImmediate as loopTurn} from "node:timers/promises";
import {expect, test} from "vitest";

import {ownTurn} from "../../src/nouns/own-turn";

test("each of those who wait has a turn of the event loop for itself, in the order in which they asked", async () => {
  let turn = 0;
  let counting = true;
  const count = () => {
    turn++;
    if (counting) setImmediate(count);
  };
  const had: [string, number][] = [];
  const wait = async (name: string, times: number) => {
    for (let n = 0; n < times; n++) {
      await ownTurn();
      had.push([name, turn]);
    }
  };
  setImmediate(count);
  await Promise.all([wait("a", 2), wait("b", 2), wait("c", 1)]);
  counting = false;
  await loopTurn();
  expect(had.map(([name]) => name)).toEqual(["a", "b", "c", "a", "b"]);
  expect(new Set(had.map(([, at]) => at)).size).toBe(5);
});
