import { errorBodySchema } from '@lathe/contracts/http/error';
import { z } from 'zod';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';

const apiVersion = '1';

type Json = Record<string, unknown>;

/**
 * The OpenAPI 3.1 description of routes, made of the schemas that requests are parsed with. A route
 * that `operations` does not know is left out.
 */
export function openApiDocument(routes: readonly string[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const operation = operations[route];
    if (operation === undefined) continue;
    const [method = '', path = ''] = route.split(' ');
    const parameters = [...path.matchAll(/:([a-z_]+)/g)].map((match) => match[1] as string);
    const name = path.replaceAll(/:([a-z_]+)(\{[^}]*\})?/g, '{$1}');
    paths[name] = {
      ...paths[name],
      [method.toLowerCase()]: described(operation, parameters),
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

function described(operation: Operation, parameters: readonly string[]): Json {
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
  const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return {
    operationId: id,
    summary,
    parameters: [...inPath, ...(query === undefined ? [] : inQuery(query))],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [media]: { schema: jsonSchema(body, 'input') } },
          },
        }),
    responses: {
      [status]: { description: 'It worked.', content },
      default: { description: 'It did not work.', content: error },
    },
    ...(isOpen === true ? { security: [] } : {}),
  };
}

function inQuery(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input');
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** A schema as JSON Schema. Objects of answers may get further fields in later versions. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema: made }) => {
      const { def } = zodSchema._zod;
      if (io === 'output' && def.type === 'object') delete made.additionalProperties;
    },
  });
  return rest;
}
