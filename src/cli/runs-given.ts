/** What a run can be given away as. */
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

/** What every verb is handed. */
export interface RunsGiven extends RunsOptions {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}
