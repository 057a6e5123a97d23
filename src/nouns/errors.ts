/** The kind of mistake that an error reports. Scripts may rely on these words. */
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
  /** A file of a run cannot be read. */
  | "BAD_FORMAT"
  /** The disk does not take a file. */
  | "CANNOT_WRITE"
  /** The engine that should compute cannot be started here. */
  | "NO_ENGINE"
  /** A package that only some need is not installed. */
  | "MISSING_PACKAGE";

export interface ErrorOptions {
  readonly code?: ErrorCode;
  /** The error that was caught first, such as one of the operating system. */
  readonly cause?: unknown;
}

/** Every error message of this program has the form `<what or where>: expected <condition>, got <value>; <hint>`. */
const FORM = /^(?<what>.*?): expected (?<expected>.*?), got (?<got>.*?)(?:; (?<hint>.*))?$/s;

/** A mistake in what the user gave, not in the program: the command line shows it as one line. */
export class EpochscopeError extends Error {
  override readonly name = "EpochscopeError";
  #code: ErrorCode | undefined;

  /**
   * A message that begins with a flag reports a wrong flag. `--edit FILE` is the exception: the fault may be in the
   * file.
   */
  constructor(message: string, {code, cause}: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.#code = code ?? (/^--(?!edit )[\w.-]+(:| )/.test(message) ? "BAD_OPTION" : undefined);
  }

  /** The kind of mistake: BAD_DATA, unless somebody has set another kind. */
  get code(): ErrorCode {
    return this.#code ?? "BAD_DATA";
  }

  /** The wrong flag or option in camelCase, such as "batchSize" or "lime.samples"; undefined for any other mistake. */
  get option(): string | undefined {
    if (this.code !== "BAD_OPTION") return undefined;
    const name = /^(?:--)?([\w.-]+)/.exec(this.message)?.[1];
    return name?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  }

  /** The text after "expected" in the message. */
  get expected(): string | undefined {
    return FORM.exec(this.message)?.groups?.expected;
  }

  /** The text after "got" in the message: what the program found instead. */
  get got(): string | undefined {
    return FORM.exec(this.message)?.groups?.got;
  }

  /** A hint at what would work, in words; undefined if the message has none. */
  get hint(): string | undefined {
    return FORM.exec(this.message)?.groups?.hint;
  }

  /** Sets the kind of mistake, unless the code that threw the error has set it already. @returns The error itself. */
  takenFor(code: ErrorCode): this {
    this.#code ??= code;
    return this;
  }
}

/** Runs `act`. If it throws an EpochscopeError that has no kind yet, the error gets the kind `code`. */
export async function failingAs<T>(code: ErrorCode, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof EpochscopeError ? error.takenFor(code) : error;
  }
}
