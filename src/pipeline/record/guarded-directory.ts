import type {RunDirectory} from "./run-directory";
import type {RunLock} from "./run-lock";

/**
 * The same folder, but before each write it checks that the run still belongs to this process. If a process was frozen,
 * and another one has taken its run over meanwhile, it must not replace newer files by its older ones.
 */
export function guarded(directory: RunDirectory, lock: Pick<RunLock, "check">): RunDirectory {
  const first =
    <A extends readonly unknown[], R>(act: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      lock.check();
      return act(...given);
    };
  return {
    ...directory,
    writeJson: first(directory.writeJson),
    writeValue: first(directory.writeValue),
    writeOneFile: first(directory.writeOneFile),
    writeFile: first(directory.writeFile),
    writeTestImages: first(directory.writeTestImages),
    writeStatus: first(directory.writeStatus),
    writeMetrics: first(directory.writeMetrics),
    mendMetrics: first(directory.mendMetrics),
    settle: first(directory.settle), // before each checkpoint
    writeNumbers: first(directory.writeNumbers),
    writePicture: first(directory.writePicture),
    removePictures: first(directory.removePictures),
  };
}
