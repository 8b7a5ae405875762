import type { Runtime } from './runtime.ts';
import type { TaggedPlaces } from './tagged-places.ts';
import type { Value } from './value.ts';

/** What is printed around each `{% generation %}` block. */
export type Marks = { open: string; close: string };

/** Names that a template can use from its beginning. */
export type Context = { get(name: string): Value | undefined };

/** A rendering: what functions see of it, and what its statements need besides. */
export type Rendering = {
  readonly runtime: Runtime;
  /** Variables and functions of the template. */
  readonly context: Context;
  readonly marks: Marks | undefined;
  readonly tagged: TaggedPlaces;
};
