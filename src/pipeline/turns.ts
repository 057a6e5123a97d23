/** Makes callers take turns: each act begins when the one asked for before it has ended, well or badly. */
export function turns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => undefined); // whoever asked is told; the next has a turn all the same
    return mine;
  };
}
