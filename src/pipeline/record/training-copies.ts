import type {RunDirectory} from "./run-directory";

/** A training image that is also a test image: its place in each split. */
export interface InTest {
  readonly train: number;
  readonly test: number;
  /** Whether the two only look alike. */
  readonly isNear?: boolean;
}

/** Keeps a list of the training images that are also test images, for the page: `artifacts/training/copies`. */
export async function keepCopies(
  directory: Pick<RunDirectory, "writeValue">,
  copies: readonly InTest[],
): Promise<void> {
  const sorted = [...copies].sort((a, b) => a.train - b.train || a.test - b.test);
  await directory.writeValue("training/copies", {
    train: Uint32Array.from(sorted, ({train}) => train),
    test: Uint32Array.from(sorted, ({test}) => test),
    near: Uint8Array.from(sorted, ({isNear}) => (isNear ? 1 : 0)),
  });
}
