/**
 * Turns work that reports by a callback into a generator, which yields each report and returns the result of the work.
 * The work waits until the caller asks for the next report. If the caller stops asking, the next report is refused,
 * which ends the work.
 *
 * @param work Gets the function `tell`, whose promise it must await.
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
