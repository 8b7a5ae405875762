import { z } from 'zod';

/**
 * Whether a value asks for nothing: absent, null, an empty list or an empty object. OpenAI's clients and exporters
 * write options that nobody set in these forms.
 */
export function asksForNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const unsupportedIssue = { error: 'is not supported', params: { unsupported: true } };

/** A parameter that is not supported and that asks for something even where it is empty: it may be null alone. */
export function unsupportedEvenEmpty() {
  return z
    .unknown()
    .refine((value) => value == null, unsupportedIssue)
    .optional();
}

/**
 * A parameter that is not supported: it may stand there while it asks for nothing, or has one of the `harmless`
 * values, and is refused by its name otherwise.
 */
export function unsupported(...harmless: readonly unknown[]) {
  return z
    .unknown()
    .refine((value) => asksForNothing(value) || harmless.includes(value), unsupportedIssue)
    .optional();
}
