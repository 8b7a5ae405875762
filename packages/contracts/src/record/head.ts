import { z } from 'zod';

/** What begins the record of every piece of work: whose it is, and since when. */
export const headFields = {
  version: z.literal(1),
  id: z.string(),
  project: z.string(),
  /** Unix seconds, as the API shows them. */
  createdAt: z.number().int(),
  /** Milliseconds, to keep the order of what was made in one second. */
  createdMs: z.number(),
  requestId: z.string(),
};

/** How often work was begun since that message server was started. */
export const attemptSchema = z.object({ server: z.string(), count: z.number().int() });
