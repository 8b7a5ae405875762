import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import { expect, it, test } from 'vitest';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { examples } from './examples.ts';
import { operations } from './operations.ts';

const gateway = oneGateway();

it('is a page of every operation that anybody may read, which runs its own script alone', async () => {
  const response = await fetch(`${gateway.url}/docs`);
  expect(response.status).toBe(200);
  const page = await response.text();
  for (const { id } of Object.values(operations)) expect(page).toContain(`<article id="${id}">`);
  expect(page).toContain('How the rows are written'.toLowerCase());
  expect(page).toContain('curl &quot;$LATHE_URL/v1/fine_tuning/jobs&quot;');
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  const policy = response.headers.get('content-security-policy') ?? '';
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
  expect(scripts).toHaveLength(1);
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest('base64');
  expect(policy).toBe(
    `default-src 'none'; style-src 'sha256-${hash(style)}'; script-src 'sha256-${hash(scripts[0] ?? '')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
});

it('is the document that anybody may read, too, and opens nothing else', async () => {
  expect((await fetch(`${gateway.url}/v1/openapi.json`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/v1/openapi.json`, { method: 'POST' })).status).toBe(401);
  expect((await fetch(`${gateway.url}/v1/files`)).status).toBe(401);
});

test('every body has an example that its operation takes, and every example an operation', () => {
  const ids = new Set(Object.values(operations).map(({ id }) => id));
  for (const id of Object.keys(examples)) expect(ids).toContain(id);
  for (const { id, body, isForm } of Object.values(operations)) {
    if (body === undefined || isForm === true) continue;
    expect(examples[id]?.body, `${id} needs an example`).toBeDefined();
    expect([id, body.safeParse(examples[id]?.body).error]).toEqual([id, undefined]);
  }
});

test('calls are methods of the official client', () => {
  const client: object = new OpenAI({ apiKey: 'none' });
  for (const { client: call = 'await client.files.list()' } of Object.values(examples)) {
    const [, names = ''] = /^await client\.([A-Za-z.]+)\(/.exec(call) ?? [];
    const method = names
      .split('.')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], client);
    expect(method, call).toBeTypeOf('function');
  }
});
