import { describe, expect, it } from 'vitest';
import { type Call, judgeCalls } from './tool-calls.ts';

const call = (name: string, told: string): Call => ({ name, arguments: told });

describe('calls against expected ones', () => {
  it.each<[string, Call[], Call[], string]>([
    ['the same', [call('f', '{"a": 1}')], [call('f', '{"a":1}')], 'right'],
    ['1 and 1.0', [call('f', '{"a": 1}')], [call('f', '{"a": 1.0}')], 'right'],
    [
      'keys in another order',
      [call('f', '{"a":1,"b":[2]}')],
      [call('f', '{"b":[2],"a":1}')],
      'right',
    ],
    [
      'calls in another order',
      [call('f', '{}'), call('g', '{}')],
      [call('g', '{}'), call('f', '{}')],
      'right',
    ],
    ['no call', [call('f', '{}')], [], 'no call'],
    ['another tool', [call('f', '{}')], [call('g', '{}')], 'wrong name'],
    ['one call more', [call('f', '{}')], [call('f', '{}'), call('f', '{}')], 'wrong name'],
    ['another value', [call('f', '{"a":1}')], [call('f', '{"a":"1"}')], 'wrong arguments'],
    ['a key more', [call('f', '{"a":1}')], [call('f', '{"a":1,"b":2}')], 'wrong arguments'],
    [
      'a large number',
      [call('f', '{"a":12345678901234567890}')],
      [call('f', '{"a":12345678901234567891}')],
      'wrong arguments',
    ],
    ['no JSON', [call('f', '{}')], [call('f', '{"a":')], 'wrong arguments'],
    ['a text was expected', [], [call('f', '{}')], 'unwanted call'],
    ['and a text came', [], [], 'right'],
  ])('%s', (_, expected, given, outcome) => {
    expect(judgeCalls(expected, given)).toBe(outcome);
  });
});
