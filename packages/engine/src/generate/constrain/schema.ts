import type { NumberBounds } from './bounded-number.ts';
import type { TextRule } from './text-form.ts';

/**
 * What a JSON text may be, or another that has JSON in it, as alternatives that name each other by their place in `Schema.nodes`: plain data, which
 * may be read in another thread.
 */
export type SchemaNode =
  | { readonly kind: 'string'; readonly text: TextRule }
  | {
      readonly kind: 'number';
      readonly isInteger: boolean;
      /** Left out where any number will do. */
      readonly bounds?: NumberBounds;
    }
  /** One of these texts. */
  | { readonly kind: 'literal'; readonly texts: readonly string[] }
  | { readonly kind: 'object'; readonly properties: readonly Property[] }
  /** An object with any keys. */
  | { readonly kind: 'map'; readonly values: number }
  | {
      readonly kind: 'array';
      readonly items: number;
      readonly minItems: number;
      readonly maxItems: number;
    }
  | { readonly kind: 'anyOf'; readonly options: readonly number[] }
  /** One behind the other. */
  | { readonly kind: 'sequence'; readonly parts: readonly number[] };

type Property = { readonly key: string; readonly value: number; readonly required: boolean };

/**
 * @example const schema: Schema = { nodes: [{ kind: 'literal', texts: ['true'] }], root: 0 };
 */
export type Schema = { readonly nodes: readonly SchemaNode[]; readonly root: number };
