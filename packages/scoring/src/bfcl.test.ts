import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BfclAnswer, type BfclFunction, judgeBfcl } from './bfcl.ts';
import { readPythonJson } from './python-json.ts';
import type { Call } from './tool-calls.ts';

const call = (name: string, told: string): Call => ({ name, arguments: told });

describe("BFCL's rules", () => {
  type Case = { functions: BfclFunction[]; possible: string; given: Call[]; right: boolean };
  const cases = JSON.parse(
    readFileSync(new URL('./fixtures/bfcl.json', import.meta.url), 'utf8'),
  ) as Case[];

  it('are those of its own checker, on 200 generated cases', () => {
    expect(cases).toHaveLength(200);
    const wrong = cases.filter(({ functions, possible, given, right }) => {
      const answers = readPythonJson(possible) as unknown as BfclAnswer[];
      return (judgeBfcl(given, answers, functions) === 'right') !== right;
    });
    expect(wrong).toEqual([]);
    const right = cases.filter((each) => each.right).length;
    expect(Math.min(right, 200 - right)).toBeGreaterThan(60);
  });

  it('name the kind of a mistake, and want no call where none is possible', () => {
    const functions = [
      { name: 'f', parameters: { properties: { x: { type: 'integer' } }, required: ['x'] } },
    ];
    const possible = [{ f: { x: [1n] } }];
    expect(judgeBfcl([], possible, functions)).toBe('no call');
    expect(judgeBfcl([call('g', '{"x": 1}')], possible, functions)).toBe('wrong name');
    expect(judgeBfcl([call('f', '{"x": 2}')], possible, functions)).toBe('wrong arguments');
    expect(judgeBfcl([call('f', '{"x": 1.0}')], possible, functions)).toBe('wrong arguments');
    expect(judgeBfcl([call('f', '{"x": 1}')], [], functions)).toBe('unwanted call');
    expect(judgeBfcl([], [], functions)).toBe('right');
  });
});
