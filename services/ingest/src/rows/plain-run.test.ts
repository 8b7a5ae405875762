import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SpooledRun } from '../read/spool.ts';
import { without } from './plain-run.ts';

type Row = { readonly tokens: readonly number[]; readonly json: readonly number[] };

const runOf = (rows: readonly Row[]): SpooledRun => ({
  lengths: Uint32Array.from(rows, ({ tokens }) => tokens.length),
  tokens: Int32Array.from(rows.flatMap(({ tokens }) => tokens)),
  supervised: Uint8Array.from(rows.flatMap(({ tokens }) => tokens.map((token) => token % 2))),
  jsonLengths: Uint32Array.from(rows, ({ json }) => json.length),
  json: Uint8Array.from(rows.flatMap(({ json }) => json)),
});

it('leaves rows out of a run wherever they stand', () => {
  const numbers = fc.array(fc.nat(255), { maxLength: 4 });
  const row = fc.record({ tokens: numbers, json: numbers, isLeftOut: fc.boolean() });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
      const places = new Set([...rows.keys()].filter((at) => rows[at]?.isLeftOut));
      const runs: Row[][] = [[]];
      for (const each of rows)
        if (each.isLeftOut) runs.push([]);
        else runs.at(-1)?.push(each);
      const expected = runs.filter(({ length }) => length > 0).map(runOf);
      expect([...without(runOf(rows), places)]).toEqual(expected);
    }),
  );
});
