/** A JSON Schema as parsed from a file. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The document names the values of these fields in prose only; no two fields of a name differ. */
const fixedValues: Readonly<Record<string, readonly string[]>> = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  protocol: ['TCP', 'UDP', 'SCTP'],
  podManagementPolicy: ['OrderedReady', 'Parallel'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
};
const apiReference = '#/components/schemas/';

/**
 * An OpenAPI schema of Kubernetes as a JSON Schema that refuses unknown keys, and unknown values of
 * the fields in `fixedValues`. `identity` fixes apiVersion and kind.
 */
export function strictSchema(
  schema: JsonSchema,
  identity?: { readonly apiVersion: string; readonly kind: string },
): JsonSchema {
  const strict = convert(schema) as { properties?: Record<string, unknown>; required?: string[] };
  if (identity === undefined) return strict as JsonSchema;
  return {
    ...strict,
    properties: {
      ...strict.properties,
      apiVersion: { enum: [identity.apiVersion] },
      kind: { enum: [identity.kind] },
    },
    required: [...new Set([...(strict.required ?? []), 'apiVersion', 'kind', 'metadata'])],
  };
}

/** The names of all definitions that a converted schema needs, directly or through others. */
export function closureOf(root: JsonSchema, all: Readonly<Record<string, JsonSchema>>) {
  const reached = new Set<string>();
  const open = [root];
  for (let schema = open.pop(); schema !== undefined; schema = open.pop())
    for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g))
      if (!reached.has(name)) {
        reached.add(name);
        open.push(strictSchema(all[name] as JsonSchema));
      }
  return reached;
}

/** The same schema without descriptions, for custom resources, which are strict already. */
export function withoutProse(schema: JsonSchema): JsonSchema {
  return dropProse(schema) as JsonSchema;
}

function dropProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropProse);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'description' && typeof inner === 'string'))
      .map(([key, inner]) => [key, dropProse(inner)]),
  );
}

function convert(schema: JsonSchema): JsonSchema {
  const { allOf } = schema as { allOf?: JsonSchema[] };
  // OpenAPI wraps a reference so that a description may stand beside it.
  if (allOf?.length === 1 && allOf[0] !== undefined && '$ref' in allOf[0]) return convert(allOf[0]);
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'default' || key.startsWith('x-')) continue;
    if (key === '$ref') result.$ref = String(value).replace(apiReference, '#/definitions/');
    else if (key === 'properties')
      result.properties = Object.fromEntries(
        Object.entries(value as Record<string, JsonSchema>).map(([name, inner]) => [
          name,
          valued(name, convert(inner)),
        ]),
      );
    else if (['allOf', 'anyOf', 'oneOf'].includes(key))
      result[key] = (value as JsonSchema[]).map(convert);
    else if (['items', 'additionalProperties'].includes(key) && typeof value === 'object')
      result[key] = convert(value as JsonSchema);
    else result[key] = value;
  }
  if (result.properties !== undefined && result.additionalProperties === undefined)
    result.additionalProperties = false;
  return result;
}

function valued(name: string, schema: JsonSchema): JsonSchema {
  const values = fixedValues[name];
  return values !== undefined && schema.type === 'string' ? { ...schema, enum: values } : schema;
}
