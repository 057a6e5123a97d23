/** What kind of mistake an error tells of; scripts may rely on these words. */
export type ErrorCode =
  /** A flag, an option or an argument is not what is expected. */
  | "BAD_OPTION"
  /** A run, a file or a folder that was named is not there. */
  | "NOT_FOUND"
  /** Images, labels or a table cannot be used. */
  | "BAD_DATA"
  /** A model's file cannot be used. */
  | "BAD_MODEL"
  /** The model can be asked, but it gives no gradients. */
  | "NO_GRADIENT"
  /** What a run left cannot be read. */
  | "BAD_FORMAT"
  /** The disk does not take a file. */
  | "CANNOT_WRITE"
  /** What is to compute cannot be started here. */
  | "NO_ENGINE"
  /** A package that only some need is not installed. */
  | "MISSING_PACKAGE";

export interface ErrorOptions {
  readonly code?: ErrorCode;
  /** What a program took for the mistake, such as the system's error. */
  readonly cause?: unknown;
}

/** `<what or where>: expected <condition>, got <value>; <hint>`: every error of ours reads so. */
const FORM = /^(?<what>.*?): expected (?<expected>.*?), got (?<got>.*?)(?:; (?<hint>.*))?$/s;

/** A mistake in what the user gave, not in the program: the command line shows it as one line. */
export class EpochscopeError extends Error {
  override readonly name = "EpochscopeError";
  #code: ErrorCode | undefined;

  /** A message that begins with a flag is of that flag; of --edit FILE it may be of what the file contains. */
  constructor(message: string, {code, cause}: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.#code = code ?? (/^--(?!edit )[\w.-]+(:| )/.test(message) ? "BAD_OPTION" : undefined);
  }

  /** The kind of mistake. What nobody has said more about is bad data. */
  get code(): ErrorCode {
    return this.#code ?? "BAD_DATA";
  }

  /** The flag or the option that is wrong, in camelCase, where it is one: "batchSize", "lime.samples". */
  get option(): string | undefined {
    if (this.code !== "BAD_OPTION") return undefined;
    const name = /^(?:--)?([\w.-]+)/.exec(this.message)?.[1];
    return name?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  }

  /** What was expected, in words. */
  get expected(): string | undefined {
    return FORM.exec(this.message)?.groups?.expected;
  }

  /** What was met in its place, in words. */
  get got(): string | undefined {
    return FORM.exec(this.message)?.groups?.got;
  }

  /** What would work, in words; absent where nothing is known. */
  get hint(): string | undefined {
    return FORM.exec(this.message)?.groups?.hint;
  }

  /** Says what kind of mistake it is, unless who threw it has said so. @returns The error itself. */
  takenFor(code: ErrorCode): this {
    this.#code ??= code;
    return this;
  }
}

/** Does what may throw; an EpochscopeError that says nothing of its kind is of this one. */
export async function failingAs<T>(code: ErrorCode, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof EpochscopeError ? error.takenFor(code) : error;
  }
}
