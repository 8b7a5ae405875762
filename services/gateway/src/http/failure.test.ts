import { ArtifactError } from '@lathe/platform/artifacts/port';
import { expect, it } from 'vitest';
import { failureOf } from './failure.ts';

it.each([
  ['unavailable', 503, 'The artifact store cannot be reached now.'],
  ['denied', 503, 'The artifact store cannot be reached now.'],
  ['full', 503, 'The artifact store is full.'],
  [
    'damaged',
    500,
    'Something that Lathe had stored was found damaged or gone while answering; the log has the cause.',
  ],
] as const)('answers for a store that is %s', (problem, status, message) => {
  const failure = failureOf(new ArtifactError(problem, 'secret details of a server'));
  expect(failure.status).toBe(status);
  expect(failure.body.error.message).toBe(message);
});
