/** The static shape of a micro-batch: `targets` is the room for supervised positions. */
export type WindowShape = {
  readonly rows: number;
  readonly tokens: number;
  readonly targets: number;
};
