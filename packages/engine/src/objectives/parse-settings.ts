import type { z } from 'zod';

/** Fills in defaults. Throws RangeError that names each field at fault; unknown fields are faults. */
export function parseSettings<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  objective: string,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'settings'}: ${message}`,
  );
  throw new RangeError(`the ${objective} settings are wrong: ${faults.join('; ')}`);
}
