import {UserError} from "./options";

/**
 * Loads an optional package, which may not be installed.
 *
 * @param what The feature that needs it, written as the start of a sentence: "t-SNE by tsne-js".
 * @throws UserError if the package is missing; it names the command that installs it.
 */
export async function optionalPackage<T>(name: string, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error as NodeJS.ErrnoException, name)) throw error;
    throw new UserError(`${what}: expected the package ${name}, got none; npm install ${name}`, {
      code: "MISSING_PACKAGE",
      cause: error,
    });
  }
}

/** Whether the package itself is missing, rather than a package that it needs. */
function isMissing({code, message}: NodeJS.ErrnoException, name: string): boolean {
  return (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") && message.includes(`'${name}'`);
}
