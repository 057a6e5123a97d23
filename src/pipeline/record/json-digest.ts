/** @file The digest that a saved value's JSON ends with. */

/** Adds the digest as the last member, `sha256`, if the value is an object; other values have no members. */
export function withDigest(json: string, digest: string): string {
  if (!json.endsWith("}")) return json;
  return `${json.slice(0, -1)}${json === "{}" ? "" : ","}"sha256":"${digest}"}`;
}

const DIGEST = /,?"sha256":"([0-9a-f]{64})"\}\s*$/;

/** The text as it was before its digest was put in; the digest is undefined if an earlier version wrote the file. */
export function withoutDigest(json: string): {readonly json: string; readonly digest?: string} {
  const end = DIGEST.exec(json.slice(-100));
  return end ? {json: `${json.slice(0, json.length - end[0].length)}}`, digest: end[1]} : {json};
}
