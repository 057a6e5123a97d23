import {randomBytes} from "node:crypto";
import {closeSync, open, unlinkSync, write} from "node:fs";
import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {promisify} from "node:util";

import {orUserError} from "../../../nouns/system-errors";
import {checkFreeRoom} from "./free-room";

/** A file without a name: it is gone when it is closed, however the process ends. */
export interface TemporaryFile {
  /** The folder whose disk the file is on, for errors. */
  readonly folder: string;
  /** The file's number in the system. */
  readonly file: number;
  /** Writes bytes after those that are there. @throws UserError if the disk has no room for them. */
  append(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/**
 * Opens a temporary file. Its name is removed before the first byte is written, so that neither Ctrl-C nor `kill -9`
 * leaves anything on the disk.
 *
 * @param folder The folder; it is made if it is not there.
 * @param bytes The least that will be written.
 * @throws UserError if the folder cannot be written, or its disk has no room for so many bytes.
 */
export async function openTemporaryFile(folder: string, bytes: number): Promise<TemporaryFile> {
  return orUserError(folder, async () => {
    await mkdir(folder, {recursive: true});
    await checkFreeRoom(folder, bytes);
    const path = join(folder, `pictures-${randomBytes(6).toString("hex")}.tmp`);
    const file = await promisify(open)(path, "wx+", 0o600);
    unlinkSync(path); // at once, so that nothing can come between
    let length = 0;
    return {
      folder,
      file,
      async append(more) {
        await orUserError(folder, async () => {
          for (let at = 0; at < more.length; ) {
            const {bytesWritten} = await promisify(write)(file, more, at, more.length - at, length);
            at += bytesWritten;
            length += bytesWritten;
          }
        });
      },
      close: () => closeSync(file),
    };
  });
}
