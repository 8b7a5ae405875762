import { expect, it } from 'vitest';
import { curlOf } from './calls.ts';

it('a call is a command that a shell takes', () => {
  const origin = 'http://127.0.0.1:8080';
  expect(curlOf(origin, { method: 'GET', path: "/v1/files?after=it's", body: null })).toBe(
    `curl 'http://127.0.0.1:8080/v1/files?after=it'\\''s' -H "Authorization: Bearer $LATHE_API_KEY"`,
  );
  expect(curlOf(origin, { method: 'POST', path: '/v1/evals', body: '{"a":1}' })).toBe(
    `curl 'http://127.0.0.1:8080/v1/evals' -H "Authorization: Bearer $LATHE_API_KEY" -H 'Content-Type: application/json' -d '{"a":1}'`,
  );
  expect(curlOf(origin, { method: 'DELETE', path: '/v1/files/a', body: null })).toMatch(
    /^curl -X DELETE /,
  );
});
