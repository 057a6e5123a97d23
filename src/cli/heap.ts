import {setFlagsFromString} from "node:v8";

/**
 * Makes full garbage collections rare: the heap may grow to three times its live size before one runs. V8 counts
 * pictures and arrays outside the heap as growth of the heap. Without this, every 8 to 24 MB of drawing caused a full
 * collection of the 45 MB that stay (mostly the compiler behind ts-node): fifty in a run, which took a fifteenth of its
 * processor time.
 */
export function collectSeldom(): void {
  setFlagsFromString("--heap-growing-percent=200");
}
