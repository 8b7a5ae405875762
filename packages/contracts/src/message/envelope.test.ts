import fc from 'fast-check';
import { expect, it } from 'vitest';
import { envelopeHeaders, readEnvelope } from './envelope.ts';

const read = (headers: readonly [string, string][]) => {
  const found = new Map(headers);
  return readEnvelope((name) => found.get(name) ?? '');
};

it('carries any name of a model in plain ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (model) => {
      const envelope = { requestId: 'req-1', project: 'default', model };
      const headers = envelopeHeaders(envelope);
      for (const [, value] of headers) expect(value).toMatch(/^[\x21-\x7e]+$/);
      expect(read(headers)).toEqual(envelope);
    }),
  );
});

it('is not read from headers that lack a part, or hold what is no text', () => {
  const headers = envelopeHeaders({ requestId: 'req-1', project: 'p', model: 'm' });
  for (const [name] of headers)
    expect(read(headers.filter(([other]) => other !== name))).toBeUndefined();
  expect(read([...headers, ['Lathe-Model', '%']])).toBeUndefined();
});
