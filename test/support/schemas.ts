/** @file The schemas of the program's JSON, by which its real output is checked. */
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import Ajv from "ajv";

export const ajv = new Ajv({allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true});
for (const file of readdirSync("schemas")) ajv.addSchema(JSON.parse(readFileSync(join("schemas", file), "utf8")));

/** The faults of a document by the schema that it names; none if it is right. */
export function faultsOf(document: {readonly schema?: string}, schema = document.schema): unknown {
  const check = ajv.getSchema(`${schema}`);
  if (!check) return `no schema ${schema}`;
  return check(document) ? [] : check.errors;
}

/** The documents of a text, one a line. */
export const jsonLines = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: short
