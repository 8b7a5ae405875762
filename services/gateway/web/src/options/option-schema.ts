/** A JSON schema, as far as a field of a form needs it. */
export type OptionSchema = {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  /** What holds where it is left out. */
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a list: what each of it is. */
  readonly items?: OptionSchema;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly anyOf?: readonly OptionSchema[];
  readonly oneOf?: readonly OptionSchema[];
};

type Kind = 'choice' | 'number' | 'boolean' | 'text' | 'list' | 'json';

/** How an option is entered: by choosing, as a number, as yes or no, as a text or several of a line each, or as JSON. */
export function kindOf(schema: OptionSchema): Kind {
  if (schema.enum !== undefined) return 'choice';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'array' && schema.items?.type === 'string') return 'list';
  return schema.type === 'boolean' ? 'boolean' : 'json';
}

/** What an object may hold, in a line: its kinds, or its fields. */
export function insideOf(schema: OptionSchema): string {
  const kinds = (schema.oneOf ?? schema.anyOf ?? []).flatMap(
    ({ properties }) => properties?.type?.const ?? [],
  );
  if (kinds.length > 0) return `{"type": "${kinds.join('" or "')}", …}`;
  const fields = Object.keys(schema.properties ?? {});
  return fields.length > 0 ? `{${fields.map((name) => `"${name}"`).join(', ')}}` : 'JSON';
}
