import { z } from 'zod';

/** What a browser exchanges for the key. */
export const signInRequestSchema = z.strictObject({ code: z.string().min(1).max(64) });

/**
 * The `lathe.sign_in_code` object: it signs one browser of the machine that Lathe runs on in, once, under
 * `/ui/#code=`, with the key that asked for it.
 * @example
 * const response = await fetch('http://127.0.0.1:8080/v1/lathe/sign_in_codes', { method: 'POST' });
 * const { code } = signInCodeSchema.parse(await response.json());
 */
export const signInCodeSchema = z.object({
  object: z.literal('lathe.sign_in_code'),
  code: z.string(),
  /** Unix seconds. */
  expires_at: z.number().int(),
});
