import { LatheError } from '@lathe/contracts/error';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { patternReader } from '@lathe/engine/match-pattern';
import { checkItem, ItemBudgetError } from '@lathe/graders/check-item';
import { ItemSchemaError, readItemSchema } from '@lathe/graders/read-schema';

/**
 * A check of items: what is wrong with one, the field first; undefined for one that fits. Throws `invalid_value` for a schema that
 * nothing can be checked against, and at an item that takes too long to check.
 */
export function itemCheck(
  schema: EvalRunRecord['itemSchema'],
): (item: unknown) => string | undefined {
  if (schema === undefined) return () => undefined;
  const refuse = (error: unknown, kind: typeof ItemSchemaError | typeof ItemBudgetError) => {
    if (!(error instanceof kind)) return error;
    const message = `The rows cannot be checked against the eval's item_schema: ${error.message}.`;
    return new LatheError('invalid_value', message, { param: 'item_schema', cause: error });
  };
  const read = () => {
    try {
      return readItemSchema(schema, patternReader());
    } catch (error) {
      throw refuse(error, ItemSchemaError);
    }
  };
  const ready = read();
  return (item) => {
    try {
      const fault = checkItem(ready, item, 'item');
      return fault && `${fault.path} ${fault.message}`;
    } catch (error) {
      throw refuse(error, ItemBudgetError);
    }
  };
}
