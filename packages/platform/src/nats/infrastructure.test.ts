import { LatheError } from '@lathe/contracts/error';
import { TimeoutError } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { ArtifactError } from '../artifacts/port.ts';
import { isInfrastructure } from './infrastructure.ts';

const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

test.each([
  ['a full disk', full, true],
  ['a full store', new ArtifactError('full', 'the store is full', { cause: full }), true],
  ['a store that is away', new ArtifactError('unavailable', 'nobody answers'), true],
  ['a store that denies our key', new ArtifactError('denied', 'forbidden'), true],
  [
    'what a store that is away made fail',
    new LatheError('internal_error', 'No.', { cause: new ArtifactError('unavailable', 'x') }),
    true,
  ],
  [
    'a message server that does not answer',
    new LatheError('unavailable', 'No.', { cause: new TimeoutError() }),
    true,
  ],
  ['a damaged object', new ArtifactError('damaged', 'other bytes'), false],
  ['a missing object', new ArtifactError('not_found', 'gone'), false],
  ['an engine that is lost', new LatheError('unavailable', 'The engine process ended.'), false],
  ['a fault of ours', new TypeError('x is not a function'), false],
  ['no error at all', 'oh', false],
])('%s', (_, error, expected) => {
  expect(isInfrastructure(error)).toBe(expected);
});
