import type {Option} from "../nouns/options";
import {type ResultStore, resultStore} from "../pipeline/record/result-store";

/** The flag that says where workers keep what they find. */
export const STORE: Option<string> = {
  default: "",
  help: "where results of explaining are kept: s3://bucket/prefix, with keys in the environment as for AWS's own programs; default: results in --save",
  check: (word) => (word === "" || word.startsWith("s3://") ? undefined : "s3://bucket/prefix"),
};

/** The store that `--store` names, or the folder. @throws UserError if a bucket does not answer, or a key is missing. */
export async function storeOf(word: string, folder: string): Promise<ResultStore> {
  if (word === "") return resultStore(folder);
  const {s3Places}: typeof import("../pipeline/record/s3-places") = require("../pipeline/record/s3-places");
  return resultStore(await s3Places(word, process.env));
}
