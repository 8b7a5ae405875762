import { z } from 'zod';
import { innermost, optionFor } from './walk.ts';

/** Writes a setting as the reader of a message knows it. */
export type Naming = (setting: string) => string;

/** What the settings of one object may not say together. */
export type Rule<Settings> = {
  /** The setting that is named as being at fault; absent: the object as a whole. */
  readonly at?: keyof Settings & string;
  /** Whether what was given breaks the rule: a setting that was left out is undefined, whatever its default. */
  breaks(given: Settings): boolean;
  readonly message: string | ((name: Naming, given: Settings) => string);
};

/** A broken rule, by the path of the setting at fault. */
export type Fault = { readonly path: readonly string[]; readonly message: string };

const registry = z.registry<readonly Rule<never>[]>();

/** An object with what contradicts itself in it. */
export function ruled<Schema extends z.ZodObject>(
  schema: Schema,
  ...rules: readonly Rule<z.input<Schema>>[]
): Schema {
  registry.add(schema, rules);
  return schema;
}

/** The rules of an object that what was given breaks, those of objects inside it left aside. */
export function brokenRules(
  schema: z.ZodType,
  given: object,
  name: Naming = (setting) => `'${setting}'`,
): Fault[] {
  // What a rule reads is what its own schema takes.
  const rules = (registry.get(schema) ?? []) as readonly Rule<object>[];
  return rules
    .filter((rule) => rule.breaks(given))
    .map(({ at, message }) => ({
      path: at === undefined ? [] : [at],
      message: typeof message === 'string' ? message : message(name, given),
    }));
}

/**
 * Everything in the given settings that contradicts itself.
 * @example contradictions(recipeSchema, { warmupSteps: 1, warmupRatio: 0.1 });
 */
export function contradictions(schema: z.ZodType, given: unknown): Fault[] {
  const object = optionFor(innermost(schema), given);
  if (!(object instanceof z.ZodObject) || typeof given !== 'object' || given === null) return [];
  const inner = Object.entries(given).flatMap(([key, value]) => {
    const field = object.shape[key];
    if (field === undefined || value === undefined) return [];
    return contradictions(field, value).map(({ path, message }) => ({
      path: [key, ...path],
      message,
    }));
  });
  return [...brokenRules(object, given), ...inner];
}
