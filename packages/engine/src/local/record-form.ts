import type { RowKind } from '@lathe/recipe/task-rows';
import type { z } from 'zod';
import type { Row } from './row.ts';

/** A way in which rows of a kind are written: fields that they are told by, and how all are read. */
export type RecordForm = {
  readonly kind: RowKind;
  readonly has: (record: Readonly<Record<string, unknown>>) => boolean;
  readonly schema: z.ZodType<Row>;
};
