import { expect, it } from 'vitest';
import {
  type ErrorCode,
  errorCodeSchema,
  errorCodes,
  fromSentError,
  inStep,
  LatheError,
  sentErrorSchema,
  toSentError,
  toWireError,
  wireErrorSchema,
} from './error.ts';
import { errorBody, errorBodySchema } from './http/error.ts';

const codes = errorCodeSchema.options as readonly ErrorCode[];

it('gives every code an HTTP status of an error and a fitting type', () => {
  for (const code of codes) {
    const { status, type } = errorCodes[code];
    expect(status, code).toBeGreaterThanOrEqual(400);
    expect(status, code).toBeLessThan(600);
    expect(type === 'server_error', code).toBe(status >= 500);
  }
});

it('retries failures of the infrastructure, not of the input', () => {
  expect(new LatheError('unavailable', 'x').retryable).toBe(true);
  expect(new LatheError('invalid_value', 'x').retryable).toBe(false);
  expect(new LatheError('training_failed', 'x', { retryable: false }).retryable).toBe(false);
});

it('travels with message and parameter, and without its cause', () => {
  for (const code of codes) {
    const cause = new Error('the secret path /srv/x');
    const error = new LatheError(code, 'Line 3 is no JSON.', { param: 'training_file', cause });
    const wire = wireErrorSchema.parse(JSON.parse(JSON.stringify(toWireError(error, 'testing'))));
    expect(JSON.stringify(wire)).not.toContain('secret');
    const back = fromSentError(wire);
    expect([back.code, back.message, back.param]).toEqual([code, error.message, 'training_file']);
    expect(errorBodySchema.parse(errorBody(wire)).error).toEqual({
      message: 'Line 3 is no JSON.',
      type: errorCodes[code].type,
      param: 'training_file',
      code,
    });
  }
});

it('travels with whether asking again may help, where its code would say otherwise', () => {
  for (const code of codes)
    for (const retryable of [true, false]) {
      const sent = toSentError(new LatheError(code, 'x', { retryable }), 'testing');
      const back = fromSentError(sentErrorSchema.parse(JSON.parse(JSON.stringify(sent))));
      expect(back.retryable, code).toBe(retryable);
    }
  // As parts of before write it.
  expect(fromSentError({ code: 'unavailable', message: 'x', param: null }).retryable).toBe(true);
});

it.each([new Error('password=1'), 'password=1', undefined, { password: 1 }])(
  'tells nothing of an unknown failure (%j)',
  (thrown) => {
    const wire = toWireError(thrown, 'testing');
    expect(wire).toMatchObject({ code: 'internal_error', param: null });
    expect(wire.message).not.toContain('password');
  },
);

it('reads a code of a newer version as an internal error', () => {
  const wire = wireErrorSchema.parse({ code: 'melted', message: 'm', param: null });
  expect(wire.code).toBe('internal_error');
});

it('names the innermost step that failed unexpectedly, and keeps what is meant for the user', async () => {
  const nested = inStep('training', () =>
    inStep('reading rows', () => Promise.reject(new TypeError('secret'))),
  );
  const error: unknown = await nested.catch((cause: unknown) => cause);
  const wire = toWireError(error, 'working');
  expect(wire.message).toBe(
    'Something failed inside Lathe while reading rows; the log has the cause.',
  );
  expect(toWireError('secret', 'working').message).toContain('while working;');
  const known = new LatheError('not_found', 'The file is gone.');
  await expect(inStep('reading', () => Promise.reject(known))).rejects.toBe(known);
});

it('says of what was stored that it is damaged or gone, and not which', async () => {
  const damage = Object.assign(new Error('the artifact p/secret is damaged'), {
    isStoreDamage: true,
  });
  const failed: unknown = await inStep('reading rows', () => Promise.reject(damage)).catch(
    (cause: unknown) => cause,
  );
  for (const error of [failed, new Error('wrapped', { cause: failed })])
    expect(toWireError(error, 'reading rows')).toEqual({
      code: 'internal_error',
      message:
        'Something that Lathe had stored was found damaged or gone while reading rows; the log has the cause.',
      param: null,
    });
});
