import { z } from 'zod';

/** What the API says of something that it deleted. */
export const deletedSchema = z.object({
  id: z.string(),
  object: z.string(),
  deleted: z.boolean(),
});
