import { z } from 'zod';

/** Services and workers, by their component label in a cluster. */
export type Component = 'gateway' | 'ingest' | 'trainer' | 'evaluator' | 'worker';

/** What the manifests of a cluster do about a variable. */
export type Treatment = {
  /** Components whose containers must set it. */
  readonly setBy?: readonly Component[];
  /** Components that some overlay may set it for. */
  readonly mayBeSetBy?: readonly Component[];
  /** Why everyone else is left to the default. */
  readonly reason?: string;
};

/** An environment variable: how its text is read, with a text as its default, and what it is for. */
export type Variable<Schema extends TextSchema = TextSchema> = {
  readonly name: string;
  readonly schema: Schema;
  readonly meaning: string;
  readonly cluster: Treatment;
};

/** Reads a text, by default one of its own. */
export type TextSchema = z.ZodPrefault<z.ZodType<unknown, string>>;

/**
 * Makes variables that a cluster treats alike: first the name and how its text is read, then what it is for.
 * @example variablesFor({})('LATHE_COLOUR', oneOf('red', ['red', 'blue'])).means('colour of the house');
 */
export function variablesFor(cluster: Treatment) {
  return <Schema extends TextSchema>(name: string, schema: Schema) => ({
    means: (meaning: string): Variable<Schema> => ({ name, schema, meaning, cluster }),
  });
}

/** A text that is not empty, and of a form where one is given. */
export function text(fallback: string, form?: readonly [pattern: RegExp, refusal: string]) {
  return (form === undefined ? z.string().min(1) : z.string().regex(...form)).prefault(fallback);
}

/** A text or null; an empty variable counts as unset. */
export const optionalText = textOrNull();
/** The same of a variable whose value opens something: a program that only computes does not get it. */
export const secretText = textOrNull();

function textOrNull() {
  return z
    .string()
    .transform((value) => (value === '' ? null : value))
    .prefault('');
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  fallback: Words[number],
  words: Words,
) {
  return z
    .enum(words, {
      error: (issue) => `is "${String(issue.input)}", but must be one of ${words.join(', ')}`,
    })
    .prefault(fallback);
}
