/** @file A disk of a few hundred kilobytes, which only root can make. */
import {spawnSync} from "node:child_process";
import {mkdtempSync, rmdirSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

export interface SmallDisk {
  readonly path: string;
  resize(kibibytes: number): void;
  remove(): void;
}

/** @returns Undefined if this process may make none. */
export function smallDisk(kibibytes: number): SmallDisk | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const path = mkdtempSync(join(tmpdir(), "epochscope-disk-"));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", path]).status !== 0) {
    rmdirSync(path);
    return undefined; // a container without the right to mount
  }
  return {
    path,
    resize(size) {
      const {status, stderr} = spawnSync("mount", ["-o", `remount,size=${size}k`, path]);
      if (status !== 0) throw new Error(`mount: expected to resize ${path}, got ${stderr}`);
    },
    remove() {
      spawnSync("umount", ["-l", path]);
      rmdirSync(path);
    },
  };
}
