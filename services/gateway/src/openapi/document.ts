import { errorBodySchema } from '@lathe/contracts/http/error';
import { z } from 'zod';
import { curlOf } from './curl.ts';
import { examples } from './examples.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';

const apiVersion = '1';

type Json = Record<string, unknown>;

/** JSON Schema as zod writes it; what it also may have is not looked at. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
};

type Content = Readonly<
  Record<string, { readonly schema?: JsonSchema; readonly example?: object }>
>;

/** One operation of the document. */
export type DescribedOperation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content: Content }>
  >;
  readonly security?: readonly [];
  /** The same request as a command and as code. */
  readonly 'x-codeSamples': readonly { readonly lang: string; readonly source: string }[];
};

/** The OpenAPI 3.1 description of the whole HTTP surface. */
export type OpenApiDocument = {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly security: readonly Json[];
  /** Operations by path, then by method in small letters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly securitySchemes: Json;
    readonly schemas: { readonly Error: JsonSchema };
  };
};

/**
 * The OpenAPI 3.1 description of routes, made of the schemas that requests are parsed with. A route
 * that `operations` does not know is left out.
 */
export function openApiDocument(routes: readonly string[]): OpenApiDocument {
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const route of routes) {
    const operation = operations[route];
    if (operation === undefined) continue;
    const [method = '', path = ''] = route.split(' ');
    const parameters = [...path.matchAll(/:([a-z_]+)/g)].map((match) => match[1] as string);
    const name = path.replaceAll(/:([a-z_]+)(\{[^}]*\})?/g, '{$1}');
    paths[name] = {
      ...paths[name],
      [method.toLowerCase()]: described({ operation, method, name, parameters }),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lathe',
      version: apiVersion,
      description:
        'Self-hosted fine-tuning. What is under /v1 but not /v1/lathe is as in the OpenAI API.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchema(errorBodySchema, 'output') },
    },
  };
}

function described({
  operation,
  method,
  name,
  parameters,
}: {
  operation: Operation;
  method: string;
  name: string;
  parameters: readonly string[];
}): DescribedOperation {
  const { id, summary, query, body, isForm, answer, alternative, isOpen } = operation;
  const { status = 200 } = operation;
  const inPath = parameters.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const schemaOf = (schema: z.ZodType) => ({ schema: jsonSchema(schema, 'output') });
  const content = {
    ...(typeof answer === 'string' ? { [answer]: {} } : { 'application/json': schemaOf(answer) }),
    ...(alternative === undefined ? {} : { [alternative]: {} }),
  };
  const media = isForm === true ? 'multipart/form-data' : 'application/json';
  const { [id]: example = {} } = examples;
  const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return {
    operationId: id,
    summary,
    tags: [tagOf(name)],
    parameters: [...inPath, ...(query === undefined ? [] : inQuery(query))],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [media]: {
                schema: jsonSchema(body, 'input'),
                ...(example.body && { example: example.body }),
              },
            },
          },
        }),
    responses: {
      [status]: { description: 'It worked.', content },
      default: { description: 'It did not work.', content: error },
    },
    ...(isOpen === true ? { security: [] } : {}),
    'x-codeSamples': [
      { lang: 'Shell', source: curlOf({ method, name, example, isOpen: isOpen === true }) },
      ...(example.client === undefined ? [] : [{ lang: 'TypeScript', source: example.client }]),
    ],
  };
}

/** What a path is about: its first part, or the second of Lathe's own. */
function tagOf(path: string): string {
  const [, own = ''] = /^\/v1\/(?:lathe\/)?([a-z_]+)/.exec(path) ?? [];
  return own === '' || own === 'openapi' ? 'service' : own;
}

function inQuery(query: z.ZodObject): DescribedOperation['parameters'] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input');
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** A schema as JSON Schema. Objects of answers may get further fields in later versions. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema: made }) => {
      const { def } = zodSchema._zod;
      if (io === 'output' && def.type === 'object') delete made.additionalProperties;
    },
  });
  return rest as JsonSchema;
}
