import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {describe, expect, onTestFinished, test} from "vitest";
import type {Dataset} from "../../../src/nouns/samples";
import {download} from "../../../src/pipeline/data/images/download";
import {IDX_FILES} from "../../../src/pipeline/data/images/idx-file";
import {openMnist} from "../../../src/pipeline/data/images/mnist";
import {openData} from "../../../src/pipeline/data/index";
import {idxFolder, temporaryFolder} from "../../support/idx-files";

async function ended<E, R>(events: AsyncGenerator<E, R>): Promise<{readonly seen: E[]; readonly value: R}> {
  const seen: E[] = [];
  for (;;) {
    const next = await events.next();
    if (next.done) return {seen, value: next.value};
    seen.push(next.value);
  }
}

/** A mirror of a folder's files, gzipped. @param spoil Changes what is sent at each request; null breaks off after 1,000 bytes, "nothing" at once. */
async function mirrorOf(
  folder: string,
  spoil: (whole: Buffer, request: number, from: number) => Buffer | null | "nothing" = (whole) => whole,
) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.range ?? ""}`.trim());
    const whole = gzipSync(readFileSync(join(folder, request.url!.slice(1).replace(/\.gz$/, ""))), {level: 0});
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const sent = spoil(whole, requests.length, from);
    if (sent === "nothing") return void response.destroy();
    response.writeHead(from ? 206 : 200, {"content-length": (sent ?? whole).length - from});
    if (sent) response.end(sent.subarray(from));
    else response.write(whole.subarray(from, from + 1000), () => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests};
}

const digestsOf = (folder: string) =>
  Object.fromEntries(
    IDX_FILES.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );

describe("MNIST from the package", () => {
  test("holds out 5,000 of 60,000 by class, and knows its files", async () => {
    const {seen, value} = await ended(
      openData({data: "mnist", dataUrl: "", trainLimit: 1e9, testLimit: 1e9, seed: 0, cacheFolder: "nowhere"}),
    );
    const data: Dataset = value;
    expect(seen).toEqual([]);
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([55_000, 5_000, 10_000]);
    expect(data.imageShape).toEqual([28, 28, 1]);
    const {labels, pixels} = await data.validation.read(Array.from({length: 5000}, (_, n) => n));
    const counts = new Array(10).fill(0);
    for (const label of labels) counts[label]++;
    // a twelfth of the training set's 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
    expect(counts).toEqual([494, 562, 496, 511, 487, 452, 493, 522, 487, 496]);
    expect(pixels.reduce((most, v) => Math.max(most, v), 0)).toBe(1);
  });
});

describe("MNIST that is not there, or damaged", () => {
  test("without a mirror is an error that names the file and the way out", async () => {
    const empty = temporaryFolder();
    const missing = ended(openMnist({packageFolder: empty, cacheFolder: temporaryFolder(), url: ""}));
    await expect(missing).rejects.toThrow(/train-images-idx3-ubyte: expected the file, got none; give --data-url/);
    const damaged = ended(openMnist({packageFolder: idxFolder(), cacheFolder: temporaryFolder(), url: ""}));
    await expect(damaged).rejects.toThrow(
      /train-images-idx3-ubyte: expected SHA-256 ba89\w+, got \w{64}; give --data-url/,
    );
  });

  test("is downloaded once, with its progress, and read from there the next time", async () => {
    const genuine = idxFolder();
    const {url, requests} = await mirrorOf(genuine);
    const source = {packageFolder: temporaryFolder(), cacheFolder: temporaryFolder(), url};
    const {seen, value} = await ended(openMnist(source, digestsOf(genuine)));
    expect(value.train.images).toMatchObject({shape: [240, 12, 12]});
    expect(seen.at(-1)).toMatchObject({doing: "fetching t10k-labels-idx1-ubyte.gz"});
    for (const {done, total} of seen) expect(done).toBeLessThanOrEqual(total);
    expect(readdirSync(source.cacheFolder).sort()).toEqual([...IDX_FILES].sort());
    await ended(openMnist({...source, url: ""}, digestsOf(genuine)));
    expect(requests).toHaveLength(4);
  });
});

describe("a download", () => {
  const name = "train-images-idx3-ubyte";

  test("that is interrupted continues where it stood", async () => {
    const genuine = idxFolder();
    const {url, requests} = await mirrorOf(genuine, (whole, request) => (request < 4 ? null : whole));
    const file = join(temporaryFolder(), name);
    await ended(download(`${url}/${name}.gz`, file, digestsOf(genuine)[name]));
    expect(readFileSync(file).equals(readFileSync(join(genuine, name)))).toBe(true);
    expect(requests).toEqual([1, 2, 3, 4].map((n) => `/${name}.gz${n > 1 ? ` bytes=${1000 * (n - 1)}-` : ""}`));
  });

  test("that was interrupted in an earlier run continues where it stood", async () => {
    const genuine = idxFolder();
    const file = join(temporaryFolder(), name);
    writeFileSync(`${file}.gz.partial`, gzipSync(readFileSync(join(genuine, name)), {level: 0}).subarray(0, 5000));
    const {url, requests} = await mirrorOf(genuine);
    await ended(download(`${url}/${name}.gz`, file, digestsOf(genuine)[name]));
    expect(requests).toEqual([`/${name}.gz bytes=5000-`]);
    expect(existsSync(`${file}.gz.partial`)).toBe(false);
  });

  test("that is interrupted for good leaves no file, and keeps what came", async () => {
    const genuine = idxFolder();
    const {url, requests} = await mirrorOf(genuine, (_, request) => (request === 1 ? null : "nothing"));
    const file = join(temporaryFolder(), name);
    const broken = ended(download(`${url}/${name}.gz`, file, digestsOf(genuine)[name]));
    await expect(broken).rejects.toThrow(
      /gz: expected the whole file, got .+ after 1000 bytes; what has arrived is kept/,
    );
    expect(requests).toHaveLength(4); // one that brought something, and three that did not
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(`${file}.gz.partial`)).toHaveLength(1000);
  });

  test("of other bytes is refused, and leaves nothing", async () => {
    const [genuine, other] = [idxFolder(), idxFolder({train: 250})];
    const {url} = await mirrorOf(other);
    const folder = temporaryFolder();
    const wrong = ended(download(`${url}/${name}.gz`, join(folder, name), digestsOf(genuine)[name]));
    await expect(wrong).rejects.toThrow(/train-images-idx3-ubyte.gz: expected SHA-256 \w{64} uncompressed, got \w{64}/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of what is no gzip file, or is not there, says so", async () => {
    const {url} = await mirrorOf(idxFolder(), () => Buffer.from("<html>"));
    const folder = temporaryFolder();
    await expect(ended(download(`${url}/${name}.gz`, join(folder, name), ""))).rejects.toThrow(
      "expected a gzip file, got incorrect header check",
    );
    expect(readdirSync(folder)).toEqual([]);
    const server = createServer((_, response) => void response.writeHead(404).end());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}.gz`;
    await expect(ended(download(there, join(folder, name), ""))).rejects.toThrow("expected the file, got HTTP 404");
  });

  test("from where nobody answers gives up after three tries", async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const {port} = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const nobody = ended(download(`http://127.0.0.1:${port}/${name}.gz`, join(temporaryFolder(), name), ""));
    await expect(nobody).rejects.toThrow(/expected the whole file, got connect ECONNREFUSED/);
  });
});

describe("a download that finds something there", () => {
  const name = "train-images-idx3-ubyte";

  test("asks for nothing where the file is there already", async () => {
    const genuine = idxFolder();
    const {seen} = await ended(download("http://127.0.0.1:9/x.gz", join(genuine, name), digestsOf(genuine)[name]));
    expect(seen).toEqual([]);
  });

  test("leaves the part that another process works on, and goes on with one that was left a minute ago", async () => {
    const genuine = idxFolder();
    const whole = gzipSync(readFileSync(join(genuine, name)), {level: 0});
    for (const [seconds, range] of [
      [5, ""],
      [70, " bytes=700-"],
    ] as const) {
      const {url, requests} = await mirrorOf(genuine);
      const folder = temporaryFolder();
      const theirs = join(folder, `${name}.gz.0123.partial`);
      writeFileSync(theirs, whole.subarray(0, 700));
      utimesSync(theirs, Date.now() / 1000, Date.now() / 1000 - seconds);
      for (const other of [`${name}.gz.0123.part`, `other.gz.partial`]) writeFileSync(join(folder, other), "no part");
      mkdirSync(join(folder, `${name}.gz.partial`));
      await ended(download(`${url}/${name}.gz`, join(folder, name), digestsOf(genuine)[name]));
      expect(requests).toEqual([`/${name}.gz${range}`]);
      expect(existsSync(theirs)).toBe(seconds < 60);
      expect(readdirSync(folder)).toContain("other.gz.partial");
    }
  });

  test("is whole where the server has nothing after it, and begins again where the server sends it all", async () => {
    const genuine = idxFolder();
    const whole = gzipSync(readFileSync(join(genuine, name)));
    for (const [there, status] of [
      [whole.length, 416],
      [300, 200],
    ]) {
      let requests = 0;
      const server = createServer((_, response) => {
        requests++;
        response.writeHead(status).end(status === 200 ? whole : undefined); // its length is not told
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      onTestFinished(() => void server.close());
      const file = join(temporaryFolder(), name);
      writeFileSync(`${file}.gz.partial`, whole.subarray(0, there));
      const {port} = server.address() as AddressInfo;
      await ended(download(`http://127.0.0.1:${port}/x.gz`, file, digestsOf(genuine)[name]));
      expect([readFileSync(file).length, requests]).toEqual([readFileSync(join(genuine, name)).length, 1]);
    }
  });
});
