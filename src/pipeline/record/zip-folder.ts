import {type FileHandle, open, readdir, readFile, rename, rm} from "node:fs/promises";
import {dirname, join, sep} from "node:path";
import {crc32} from "node:zlib";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {partialOf} from "./partial-file";
import {makeFolder} from "./write-whole";
import {centralRecord, endRecord, localRecord, MOST_BYTES, MOST_MEMBERS, type ZipMember} from "./zip-records";

/**
 * Writes a folder's files into a zip file, one after another and not compressed. For a run, it takes the files that
 * another machine needs, and no lock. The zip file appears complete or not at all.
 *
 * @param name The name of the folder in the zip file.
 * @throws UserError if they are too many or too large for a plain zip file (65,535; 4 GiB), or if it cannot be written
 * to the disk.
 */
export async function zipFolder(folder: string, name: string, file: string): Promise<void> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const paths = entries
    .filter((entry) => entry.isFile() && !/\.(lock|partial)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  if (paths.length >= MOST_MEMBERS)
    throw new UserError(`${file}: expected fewer than ${MOST_MEMBERS} files, got ${paths.length}`);
  const partial = partialOf(file);
  await orUserError(file, async () => {
    await makeFolder(dirname(file));
    const zip = await open(partial, "wx");
    try {
      await written(zip, folder, name, paths, file);
      await zip.close();
      await rename(partial, file);
    } catch (error) {
      await zip.close().catch(() => undefined); // the first error is the one to report
      await rm(partial, {force: true});
      throw error;
    }
  });
}

async function written(
  zip: FileHandle,
  folder: string,
  name: string,
  paths: readonly string[],
  file: string,
): Promise<void> {
  const members: (ZipMember & {readonly at: number})[] = [];
  let at = 0;
  const put = async (bytes: Uint8Array) => {
    await zip.writeFile(bytes);
    at += bytes.length;
    if (at > MOST_BYTES) throw new UserError(`${file}: expected less than 4 GiB, got more`);
  };
  for (const path of paths) {
    const bytes = await readFile(join(folder, path));
    const member = {name: Buffer.from(`${name}/${path.split(sep).join("/")}`), crc: crc32(bytes), size: bytes.length};
    members.push({...member, at});
    await put(localRecord(member));
    await put(bytes);
  }
  const start = at;
  for (const member of members) await put(centralRecord(member, member.at));
  await put(endRecord(members.length, at - start, start));
}
