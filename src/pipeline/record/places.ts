/** The place of files that have a folder and a name: on this machine's disks, or elsewhere. */
export interface Places {
  /** The folder in words, for errors. */
  where(folder: string): string;
  /** The names in a folder; none if there is no such folder. */
  names(folder: string): Promise<string[]>;
  read(folder: string, name: string): Promise<Uint8Array>;
  /** Writes a file completely or not at all. */
  write(folder: string, name: string, content: Uint8Array): Promise<void>;
}
