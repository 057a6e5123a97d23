/** @file Files in a bucket of S3, or of a server that speaks its protocol: the only file that loads aws4fetch. */
import {setTimeout as wait} from "node:timers/promises";
import type {AwsClient} from "aws4fetch";

import {optionalPackage} from "../../nouns/optional-package";
import {UserError} from "../../nouns/options";
import {inOneLine} from "../../nouns/system-errors";
import type {Places} from "./places";

/** The form of a bucket's address. */
const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * How many times a request is tried again that the server could not answer, and how many milliseconds before the first
 * time.
 */
const [TRIES, PAUSE] = [4, 200];

/**
 * Files under `s3://bucket/prefix`. Keys, region and the server's address come from environment variables, with the
 * names that AWS's own programs use: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION,
 * AWS_ENDPOINT_URL_S3. They are never shown.
 *
 * @throws UserError in one line if the package or a key is missing, or the bucket does not answer.
 */
export async function s3Places(url: string, env: {readonly [name: string]: string | undefined}): Promise<Places> {
  const [, bucket, prefix = ""] = S3.exec(url) ?? [];
  if (bucket === undefined) {
    throw new UserError(`--store: expected s3://bucket/prefix, got ${url}`, {code: "BAD_OPTION"});
  }
  const aws4fetch = await optionalPackage("aws4fetch", "results in S3", () => import("aws4fetch"));
  const [accessKeyId, secretAccessKey] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => {
    const value = env[name];
    if (value) return value;
    throw new UserError(`${url}: expected ${name} in the environment, got none`, {code: "NOT_FOUND"});
  });
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1";
  const token = env.AWS_SESSION_TOKEN ? {sessionToken: env.AWS_SESSION_TOKEN} : {};
  const client = new aws4fetch.AwsClient({accessKeyId, secretAccessKey, ...token, region, service: "s3", retries: 0});
  const root = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const base = `${root.replace(/\/+$/, "")}/${bucket}`;
  const before = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const at = (folder: string, name: string) => `${before}${folder}/${name}`;
  const keyed = (key: string) => `${base}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const ask = (what: string, address: string, init?: RequestInit) =>
    asked(client, `s3://${bucket}/${what}`, address, init);
  const names = async (folder: string): Promise<string[]> => {
    const start = at(folder, "");
    const text = await (await ask(start, `${base}?list-type=2&prefix=${encodeURIComponent(start)}`)).text();
    return [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key.slice(start.length));
  };
  await names("-"); // whether the bucket is there, and the keys are right
  return {
    where: (folder) => `s3://${bucket}/${at(folder, "")}`,
    names,
    async read(folder, name) {
      return new Uint8Array(await (await ask(at(folder, name), keyed(at(folder, name)))).arrayBuffer());
    },
    async write(folder, name, content) {
      await ask(at(folder, name), keyed(at(folder, name)), {method: "PUT", body: content as BodyInit});
    },
  };
}

/** Asks a server, several times if necessary. @throws UserError that names the request, without keys. */
async function asked(client: AwsClient, what: string, address: string, init?: RequestInit): Promise<Response> {
  let got = "";
  for (let tried = 0; tried < TRIES; tried++) {
    if (tried > 0) await wait(PAUSE * 2 ** tried);
    try {
      const response = await client.fetch(address, init ?? {});
      if (response.ok) return response;
      const [, code = ""] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? [];
      got = `${response.status} ${code}`.trim();
      if (response.status < 500 && response.status !== 429) break; // the same request would get the same answer
    } catch (error) {
      got = inOneLine((error as Error).cause ?? error);
    }
  }
  throw new UserError(`${what}: expected an answer, got ${got}`, {code: "NOT_FOUND"});
}
