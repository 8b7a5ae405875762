import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../integration/gateway.fixture.ts';
import { operations } from './operations.ts';

type Parameter = { name: string; in: string; required: boolean; schema: Record<string, unknown> };
type Described = {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> };
  responses: Record<string, { content: Record<string, unknown> }>;
  security?: unknown[];
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, unknown> };
};

let gateway: TestGateway;
let document: Document;

beforeAll(async () => {
  gateway = await startGateway();
  document = await gateway.client.get<Document>('/openapi.json');
});
afterAll(() => gateway.stop());

test('every route of the app is described, and nothing else', () => {
  expect(Object.keys(operations).toSorted()).toEqual([...gateway.routes].toSorted());
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described).toHaveLength(gateway.routes.length);
  expect(described).toContain('DELETE /v1/models/{name}');
});

test('names and parameters are whole', () => {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
  for (const { path, operation } of all) {
    const named = [...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]);
    const inPath = operation.parameters.filter((one) => one.in === 'path');
    expect(inPath.map(({ name }) => name)).toEqual(named);
    expect(operation.responses.default).toBeDefined();
    expect(
      Object.keys((operation.responses['200'] ?? operation.responses['201'])?.content ?? {}),
    ).not.toEqual([]);
  }
  expect(document.openapi).toBe('3.1.0');
  expect(JSON.stringify(document)).not.toContain('"$schema"');
});

test('requests are described by what they are parsed with', () => {
  const embed = document.paths['/v1/embeddings']?.post;
  const body = embed?.requestBody?.content['application/json']?.schema;
  expect(body).toMatchObject({
    required: ['model', 'input'],
    additionalProperties: false,
    properties: { encoding_format: { anyOf: [{ enum: ['float', 'base64'] }, { type: 'null' }] } },
  });
  const limit = document.paths['/v1/files']?.get?.parameters.find(({ name }) => name === 'limit');
  expect(limit).toMatchObject({ in: 'query', required: false, schema: { maximum: 10_000 } });
  const upload = document.paths['/v1/files']?.post?.requestBody?.content;
  expect(upload?.['multipart/form-data']?.schema).toMatchObject({
    properties: { file: { format: 'binary' } },
  });
  const chat = document.paths['/v1/chat/completions']?.post?.responses['200']?.content;
  expect(Object.keys(chat ?? {})).toEqual(['application/json', 'text/event-stream']);
  expect(document.paths['/healthz']?.get?.security).toEqual([]);
});
