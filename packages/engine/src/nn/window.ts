/**
 * The static shape of a micro-batch: `targets` is the room for supervised positions (or whatever the
 * objective counts as targets), `examples` the room for examples.
 */
export type WindowShape = {
  readonly rows: number;
  readonly tokens: number;
  readonly targets: number;
  readonly examples: number;
};
