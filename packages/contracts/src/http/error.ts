import { z } from 'zod';
import { errorCodes, type WireError } from '../error.ts';

/** The error envelope of every failed request. */
export const errorBodySchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** The envelope for an error. */
export function errorBody(error: WireError): ErrorBody {
  return {
    error: {
      message: error.message,
      type: errorCodes[error.code].type,
      param: error.param,
      code: error.code,
    },
  };
}
