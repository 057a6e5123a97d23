/** The formats in which a run can be exported. */
export const EXPORTS = ["onnx", "csv", "npz", "html", "zip"] as const;
export type Export = (typeof EXPORTS)[number];

export interface RunsOptions {
  readonly save: string;
  readonly where: string;
  readonly sort: string;
  readonly limit: number;
  readonly to: string;
  readonly out: string;
  readonly python: string;
  readonly yes: boolean;
  readonly delete: boolean;
}

/** The arguments that every verb of `runs` gets. */
export interface RunsGiven extends RunsOptions {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}
