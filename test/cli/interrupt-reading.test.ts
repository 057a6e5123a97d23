import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {deflateSync} from "node:zlib";
import {expect, test} from "vitest";

import {finished, start} from "../support/command";
import {temporaryFolder} from "../support/idx-files";
import {PNG_SIGNATURE, pngChunk, pngHeader, rgbPngFile} from "../support/png-chunks";

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s while pictures are read ends the run before it begins",
  async (signal) => {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    const size = 8000;
    const pixels = pngChunk("IDAT", deflateSync(Buffer.alloc(size * (1 + size / 8))));
    const large = Buffer.concat([PNG_SIGNATURE, pngHeader(size, size, 1, 0), pixels, pngChunk("IEND")]);
    const small = rgbPngFile(8, 8, () => 0);
    for (const [name, file] of [
      ["first", small],
      ["second", large],
    ] as const) {
      mkdirSync(join(data, name), {recursive: true});
      for (let n = 0; n < 16; n++) writeFileSync(join(data, name, `${n}.png`), file);
    }
    const save = join(folder, "save");
    const child = start(["--data", data, "--image-size", "8", "--save", save]);
    const ended = finished(child);
    child.stderr?.on("data", (words) => {
      if (`${words}`.includes("reading images")) child.kill(signal); // the small ones are read: now come the large
    });
    const {code, stdout, stderr} = await ended;
    expect(stdout).toBe("");
    expect(stderr).toBe("reading images  50%\nstopped before the run began; there is nothing to go on with\n");
    expect(code).toBe(signal === "SIGTERM" ? 143 : 130);
    expect(existsSync(save)).toBe(false);
  },
);
