import fc from 'fast-check';
import { expect, it } from 'vitest';
import { personalDataIn } from './personal-data.ts';
import { mayHoldPersonalData } from './plain-signs.ts';

const found = [
  'anna.b+c@mail.example.org',
  '+43 664 1234567',
  '0043 1 58858-0',
  '(030) 123 45 67',
  'DE89 3704 0044 0532 0130 00',
  'de89370400440532013000',
  '4111 1111 1111 1111',
  '123-45-6788',
  '192.168.1.77',
  '2001:db8::8a2e:370:7334',
  '::1',
  'sk-proj-abcdefghijklmnopqrstuvwx',
  'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  'hf_abcdefghijklmnopqrstuvwxyzabcdefgh',
  'password: aB3dE5fG7hJ9kL1mN3',
  'token=Zx81kQpl20vbWm44',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----',
] as const;
const pieces = fc.oneof(
  fc.constantFrom(...found),
  fc.constantFrom(...'a Z 0 12 345 67 - . / + = _ : @ ( ) DE key \n'.split(' '), ' '),
  fc.constantFrom(...found).chain((text) => fc.nat(text.length).map((at) => text.slice(0, at))),
  fc.constantFrom(...found).chain((text) => fc.nat(text.length).map((at) => text.slice(at))),
);

it('says yes wherever personal data are found', () => {
  let holding = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (all) => {
      const text = all.join('');
      if (personalDataIn(text).length === 0) return;
      holding++;
      expect(mayHoldPersonalData(Buffer.from(text))).toBe(true);
    }),
    { numRuns: 1500 },
  );
  expect(holding).toBeGreaterThan(300);
  for (const text of found) expect(mayHoldPersonalData(Buffer.from(`(${text})`))).toBe(true);
});

it('says no of what people and programs usually write', () => {
  for (const text of [
    'Where is my order 12345? It was to come at 10:30, on the 4th.',
    'import { expect, it } from "vitest"; // see packages/recipe and node:fs',
    'Rows: 51 of 40, by @lathe/contracts, version 1.2.',
    'misunderstandings should give way; a/long/path/to/some/file',
  ])
    expect(mayHoldPersonalData(Buffer.from(text))).toBe(false);
});
