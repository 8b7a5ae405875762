import type { UnsureShape } from '@lathe/contracts/artifact/detection';
import { LatheError, type WireError } from '@lathe/contracts/error';

/** It is not sure how rows are written, or a column that was said is not there; with what a person can choose from. */
export class UnsureShapeError extends LatheError {
  readonly seen: UnsureShape;

  constructor(
    { code, message, param }: Pick<WireError, 'code' | 'message' | 'param'>,
    seen: UnsureShape,
  ) {
    super(code, message, { param });
    this.seen = seen;
  }
}
