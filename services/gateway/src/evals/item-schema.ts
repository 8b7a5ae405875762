import { LatheError } from '@lathe/contracts/error';
import type { EvalRecord } from '@lathe/contracts/record/eval';
import { ItemSchemaError, readItemSchema } from '@lathe/graders/read-schema';

/**
 * Throws `invalid_value` for an `item_schema` that no row can be checked against. Patterns are only read here, and never run:
 * evaluators search with automata of them, and a run says which of them they do not take.
 */
export function checkItemSchema(schema: unknown): void {
  const param = 'data_source_config.item_schema';
  try {
    readItemSchema(schema, (pattern) => {
      new RegExp(pattern, 'u');
      return () => true;
    });
  } catch (error) {
    if (!(error instanceof ItemSchemaError)) throw error;
    throw new LatheError('invalid_value', `Invalid value for '${param}': ${error.message}.`, {
      param,
      cause: error,
    });
  }
}

/** What the `item` of each row has to be like; undefined for an eval that does not say. */
export function itemSchemaOf({
  config,
}: Pick<EvalRecord, 'config'>): Record<string, unknown> | undefined {
  if (config.type !== 'custom') return undefined;
  const { properties } = config.schema as { properties?: { item?: Record<string, unknown> } };
  return properties?.item;
}
