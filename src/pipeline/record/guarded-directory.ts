import type {RunDirectory} from "./run-directory";
import type {RunLock} from "./run-lock";

/**
 * The same folder, but each writing looks first whether the run is still this process' own: one that was frozen, and whose
 * run another has taken over meanwhile, must not put its older files in place of newer ones.
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
