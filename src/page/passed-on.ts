/**
 * Work that reports by a callback, as a generator: yields each report, and returns what the work gives. The work waits
 * while its report is looked at; if nobody pulls any more, its next step is refused, and so it ends.
 *
 * @param work Is given `tell`, whose promise it must await.
 */
export async function* passedOn<P, R>(work: (tell: (report: P) => Promise<void>) => Promise<R>): AsyncGenerator<P, R> {
  let wake = () => {};
  let waiting: {readonly report: P; readonly goOn: () => void; readonly refuse: (why: Error) => void} | undefined;
  let isOver = false;
  const result = work(
    (report) =>
      new Promise((goOn, refuse) => {
        waiting = {report, goOn, refuse};
        wake();
      }),
  );
  const end = () => {
    isOver = true;
    wake();
  };
  result.then(end, end);
  try {
    for (;;) {
      if (!waiting && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (!waiting) return await result;
      const {report, goOn} = waiting;
      yield report;
      waiting = undefined;
      goOn();
    }
  } finally {
    waiting?.refuse(new Error("nobody looks any more"));
  }
}
