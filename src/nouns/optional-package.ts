import {UserError} from "./options";

/**
 * Loads a package that only some need, and that may not be installed.
 *
 * @param what What needs it, as a sentence begins: "t-SNE by tsne-js".
 * @throws UserError naming the command that installs it, where it is missing.
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

/** Whether the package itself is missing, and not one that it needs. */
function isMissing({code, message}: NodeJS.ErrnoException, name: string): boolean {
  return (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") && message.includes(`'${name}'`);
}
