import { z } from 'zod';

/** What is told about a route besides its path. */
export type Operation = {
  /** Name of the operation, unique among all. */
  readonly id: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** `multipart/form-data` unless it is JSON. */
  readonly isForm?: true;
  /** A JSON answer by its schema, or another by its media type. */
  readonly answer: z.ZodType | MediaType;
  /** Another form that the same answer may take. */
  readonly alternative?: MediaType;
  /** What it is answered with where that is not 200. */
  readonly status?: 201;
  /** Needs no key. */
  readonly isOpen?: true;
};
type MediaType =
  | 'application/jsonl'
  | 'application/octet-stream'
  | 'application/x-tar'
  | 'application/yaml'
  | 'text/event-stream'
  | 'text/html'
  | 'text/plain';

/** The schema of a list. */
export const list = (item: z.ZodType) =>
  z.object({ object: z.literal('list'), data: z.array(item) });
/** The answer to a deletion. */
export const deleted = (object: string) =>
  z.object({ id: z.string(), object: z.literal(object), deleted: z.boolean() });
/** The schema of a page of a list. */
export const pageOf = (item: z.ZodType) =>
  z.object({
    ...list(item).shape,
    has_more: z.boolean(),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
  });
