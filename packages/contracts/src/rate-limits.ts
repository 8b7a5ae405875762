import { z } from 'zod';

const count = z.number().int().min(0);

/**
 * What one project may have in work at a time, what is left of it, and when all of it is expected to be free.
 * @example const limits: RateLimits = rateLimitsSchema.parse(JSON.parse(text));
 */
export const rateLimitsSchema = z.object({
  /** Requests that are open. */
  limitRequests: count,
  remainingRequests: count,
  resetRequestsMs: count,
  /** Tokens of open requests: prompts, and answers as long as they may become. */
  limitTokens: count,
  remainingTokens: count,
  resetTokensMs: count,
});
export type RateLimits = z.infer<typeof rateLimitsSchema>;
