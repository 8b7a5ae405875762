import { describe, expect, it } from 'vitest';
import { createPseudonyms, personalDataIn, redact } from './personal-data.ts';
import type { PersonalKind } from './personal-kinds.ts';

/** By hand: what is in a text and has to be found as it stands. Keys are put together here, for they are none. */
const key = (beginning: string, rest: string) => `${beginning}${rest}`;
const positive: Readonly<
  Record<PersonalKind, readonly (readonly [text: string, found: string])[]>
> = {
  EMAIL: [
    ['Write to anna@example.org please', 'anna@example.org'],
    ['Anna.B+shop@mail.example.co.uk is mine', 'Anna.B+shop@mail.example.co.uk'],
    ['<bob_smith@sub.domain.museum>', 'bob_smith@sub.domain.museum'],
    ['mail:x@y.io.', 'x@y.io'],
    ["o'brien@firma.ie wrote", "o'brien@firma.ie"],
    ['jörg@müller.de', 'jörg@müller.de'],
    ['用户@例子.公司', '用户@例子.公司'],
    ['a-b-c@d-e-f.com, thanks', 'a-b-c@d-e-f.com'],
    ['mailto:help%desk@x-y.dev?subject=a', 'help%desk@x-y.dev'],
    ['(1a2b3c@uni-graz.at)', '1a2b3c@uni-graz.at'],
    ['anna@xn--mller-kva.xn--p1ai', 'anna@xn--mller-kva.xn--p1ai'],
  ],
  PHONE: [
    ['+43 660 1234567', '+43 660 1234567'],
    ['Call +1 (212) 555-0187 now', '+1 (212) 555-0187'],
    ['+491711234567', '+491711234567'],
    ['reach me: +44 20 7946 0958.', '+44 20 7946 0958'],
    ['(415) 555-2671', '(415) 555-2671'],
    ['415-555-2671 after six', '415-555-2671'],
    ['my phone is 0664 1234567', '0664 1234567'],
    ['Tel.: 01/5321234', '01/5321234'],
    ['Telefon 030 901820', '030 901820'],
    ['call me on 020 7946 0018', '020 7946 0018'],
    ['Handy: 0171-2345678', '0171-2345678'],
    ['mobile number 07700 900123', '07700 900123'],
    ['whatsapp 5512345678', '5512345678'],
    ['téléphone : 01 42 68 53 00', '01 42 68 53 00'],
    ['fax 0043 1 5321234', '0043 1 5321234'],
    ['+33 1 42 68 53 00', '+33 1 42 68 53 00'],
    ['+81-3-1234-5678', '+81-3-1234-5678'],
  ],
  IBAN: [
    ['DE89 3704 0044 0532 0130 00', 'DE89 3704 0044 0532 0130 00'],
    ['DE89370400440532013000', 'DE89370400440532013000'],
    ['to GB29 NWBK 6016 1331 9268 19 by Monday', 'GB29 NWBK 6016 1331 9268 19'],
    ['FR14 2004 1010 0505 0001 3M02 606', 'FR14 2004 1010 0505 0001 3M02 606'],
    ['AT611904300234573201.', 'AT611904300234573201'],
    ['CH93 0076 2011 6238 5295 7', 'CH93 0076 2011 6238 5295 7'],
    ['nl91abna0417164300', 'nl91abna0417164300'],
    ['ES91 2100 0418 4502 0005 1332', 'ES91 2100 0418 4502 0005 1332'],
    ['IT60X0542811101000000123456', 'IT60X0542811101000000123456'],
    ['BE68 5390 0754 7034 thanks', 'BE68 5390 0754 7034'],
    ['PL61 1090 1014 0000 0712 1981 2874', 'PL61 1090 1014 0000 0712 1981 2874'],
  ],
  CARD: [
    ['4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['my card 5555555555554444', '5555555555554444'],
    ['378282246310005', '378282246310005'],
    ['6011-1111-1111-1117', '6011-1111-1111-1117'],
    ['3530111333300000 expires', '3530111333300000'],
    ['30569309025904', '30569309025904'],
    ['4012 8888 8888 1881, 12/27', '4012 8888 8888 1881'],
    ['2223003122003222', '2223003122003222'],
    ['order 17 paid with 4242424242424242', '4242424242424242'],
  ],
  SSN: [
    ['536-90-4399', '536-90-4399'],
    ['SSN: 123-45-6789', '123-45-6789'],
    ['my ssn is 001 01 0001', '001 01 0001'],
    ['(665-12-3456)', '665-12-3456'],
    ['899-99-9999.', '899-99-9999'],
  ],
  IP: [
    ['from 203.0.113.45 at noon', '203.0.113.45'],
    ['192.168.1.17', '192.168.1.17'],
    ['http://93.184.216.34/x', '93.184.216.34'],
    ['ip=8.26.56.26;', '8.26.56.26'],
    ['host 10.12.0.7:8080', '10.12.0.7'],
    ['2001:db8:85a3::8a2e:370:7334', '2001:db8:85a3::8a2e:370:7334'],
    ['2001:0db8:0000:0000:0000:ff00:0042:8329', '2001:0db8:0000:0000:0000:ff00:0042:8329'],
    ['[fe80::1ff:fe23:4567:890a]', 'fe80::1ff:fe23:4567:890a'],
    ['at 2606:4700::1111 it is', '2606:4700::1111'],
  ],
  SECRET: [
    [key('sk-', 'aB3dE5fG7hI9jK1lM3nO5pQ7'), key('sk-', 'aB3dE5fG7hI9jK1lM3nO5pQ7')],
    [key('sk-proj-', 'Zx81_kQ-72hsLpWm3RtYv'), key('sk-proj-', 'Zx81_kQ-72hsLpWm3RtYv')],
    [key('sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'), key('sk_live_', '4eC39HqLyjWDarjtT1zdp7dc')],
    [
      key('key: ghp_', '16C7e42F292c6912E7710c838347Ae178B4a'),
      key('ghp_', '16C7e42F292c6912E7710c838347Ae178B4a'),
    ],
    [key('AKIA', 'IOSFODNN7QWERTZU'), key('AKIA', 'IOSFODNN7QWERTZU')],
    [
      key('AIza', 'SyD3f8aXw1bQ9rT5vZ2kL7mN0pR4sU6yWc8'),
      key('AIza', 'SyD3f8aXw1bQ9rT5vZ2kL7mN0pR4sU6yWc8'),
    ],
    [
      key('xoxb-', '17653672481-19874698323-pdFZKVeTuE8sk7oOHzbrzgy5'),
      key('xoxb-', '17653672481-19874698323-pdFZKVeTuE8sk7oOHzbrzgy5'),
    ],
    [
      key('hf_', 'AbCdEfGhIjKlMnOpQrStUvWxYz12345678'),
      key('hf_', 'AbCdEfGhIjKlMnOpQrStUvWxYz12345678'),
    ],
    [key('glpat-', 'Zk8sP2vXq71LmN5rT9wY'), key('glpat-', 'Zk8sP2vXq71LmN5rT9wY')],
    [key('api_key = "', '9f8A7b6C5d4E3f2G1h"'), '9f8A7b6C5d4E3f2G1h'],
    [key('password: ', 'tR7uq-Lw29_kZp5e'), 'tR7uq-Lw29_kZp5e'],
    [key('Bearer ', '8xLOxBtZp8AbCdE12345fgh'), '8xLOxBtZp8AbCdE12345fgh'],
    [
      key('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'),
      key('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'),
    ],
    [
      key('-----BEGIN PRIVATE KEY-----', '\nMIIE\n-----END PRIVATE KEY-----'),
      key('-----BEGIN PRIVATE KEY-----', '\nMIIE\n-----END PRIVATE KEY-----'),
    ],
  ],
};

/** By hand: what looks like it and is none. */
const negative: readonly string[] = [
  ...['follow @anna', 'a @ b', 'user@localhost', 'foo@bar', '@media (max-width: 600px)', 'me@.com'],
  ...[
    'git@',
    'x@@y.com',
    '5 @ 3.50 each',
    'pip install a@1.2.3',
    'matrix A@B.T is a product? no: A@B.',
  ],
  ...[
    'Paris Hilton lives in Springfield',
    'Meet me at 12:30',
    '12:30:15',
    '2026-11-28',
    '28.11.2026',
  ],
  ...['2026-11-28 12:30:15', 'from 1999-2004', 'order 4711 0815 2342', 'order number 123456789012'],
  ...[
    'invoice 2024-000123456',
    'ticket #123-456-7890',
    'ISBN 978-3-16-148410-0',
    '1,234,567.89 EUR',
  ],
  ...[
    '1.234.567,89',
    '3.14159265358979',
    '1 000 000 000',
    '100000000 rows',
    '0000000000',
    '+1111111111',
  ],
  ...[
    'phone number please',
    'call me at 5',
    'phone 12345',
    'article no. 55512345678',
    '1234567890',
  ],
  ...[
    'tracking 1Z999AA10123456784',
    'account 00012345678',
    'SKU 415-555',
    'the 555-0187 line of code',
  ],
  ...['DE89 3704 0044 0532 0130 01', 'DE00 0000 0000 0000 0000 00', 'GB29NWBK60161331926818'],
  ...[
    'AB12 3456 7890 1234 5678',
    'XX89370400440532013000',
    'AT6119043002345732',
    'DE893704004405320130001',
  ],
  ...[
    '4111 1111 1111 1112',
    '1234 5678 9012 3456',
    '9999999999999995',
    '0000 0000 0000 0000',
    '411111111111111',
  ],
  ...['5555555555554445', '3.4111111111111111', '4111-1111-1111-1111-2', 'id 4111111111111111a'],
  ...[
    '000-12-3456',
    '666-12-3456',
    '912-34-5678',
    '123-00-4567',
    '123-45-0000',
    '078-05-1120',
    '123-45-67890',
  ],
  ...[
    '1123-45-6789',
    '12-345-6789',
    'version 10.15.7.2',
    'v1.2.3.4',
    'release 12.0.1.255',
    '1.2.3.4',
    '256.1.1.1',
  ],
  ...[
    '127.0.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '1.2.3',
    '10.0.0.1.5',
    '01.02.03.04',
    'section 10.12.13.14',
  ],
  ...[
    'firmware 10.20.30.40',
    '::',
    '::1',
    'std::vector',
    'a::b',
    'Foo::Bar::baz',
    '10:20:30:40',
    '1:2:3',
  ],
  ...[
    'ratio 16:9',
    'de:ad:be:ef',
    '00:1b:44:11:3a:b7',
    'John 3:16',
    'sk-',
    'sk-learn is a library',
  ],
  ...[
    'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
    'AKIA is a prefix',
    'ghp_',
    'api_key = "YOUR_API_KEY_HERE_1"',
    'token: hello',
  ],
  ...[
    'password: correct',
    'the token of appreciation',
    'supercalifragilisticexpialidocious',
    'https://a.b/c/d/e/f/g',
  ],
  ...[
    'd41d8cd98f00b204e9800998ecf8427e',
    'password: ********1234567',
    'src/clean/personal-data.test.ts',
  ],
  ...[
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    'access token: 0000000000000000',
    'bearer of good news everywhere',
  ],
  ...[
    'key: abcdefghijklmnopqrst',
    '-----BEGIN PUBLIC KEY-----',
    'api key example: api_key=example1234567890',
  ],
  ...[
    'sin(x)=0.8414709848',
    '7/8/2024',
    'room 12-34-56',
    '1-800',
    '(12) 34',
    'pi is 3.141592653',
    '10^12',
    '',
  ],
];

describe('personalDataIn', () => {
  for (const [kind, cases] of Object.entries(positive))
    it.each(cases)(`finds ${kind} in %j`, (text, found) => {
      expect(personalDataIn(text).map((data) => [data.kind, data.text])).toEqual([[kind, found]]);
    });

  it.each(negative)('finds nothing in %j', (text) => {
    expect(personalDataIn(text)).toEqual([]);
  });

  it('was tried on at least 120 texts of each kind together', () => {
    expect(Object.values(positive).flat().length + negative.length).toBeGreaterThanOrEqual(120);
  });

  it('finds several in a text, in order, and leaves alone what is allowed', () => {
    const text =
      'Mail anna@x.at or help@firm.com, IBAN AT61 1904 3002 3457 3201, tel +43 660 1234567.';
    const kinds = personalDataIn(text, new Set(['help@firm.com'])).map(({ kind }) => kind);
    expect(kinds).toEqual(['EMAIL', 'IBAN', 'PHONE']);
  });

  it('takes time in proportion to the text', () => {
    for (const piece of ['a.', '1 ', '1:', 'a@', 'DE89 ', '-----BEGIN PRIVATE KEY-----', 'x-'])
      expect(personalDataIn(piece.repeat(40_000)).length).toBeLessThan(40_000);
  });
});

it('puts the same name in the place of the same', () => {
  const pseudonyms = createPseudonyms();
  const text = 'anna@x.at and BOB@x.at, then Anna@x.at; tel +43 660 1234567';
  expect(redact(text, { pseudonyms })).toBe(
    '[EMAIL_1] and [EMAIL_2], then [EMAIL_1]; tel [PHONE_1]',
  );
  expect(redact('Call +43 6601234567 or bob@x.at', { pseudonyms })).toBe(
    'Call [PHONE_1] or [EMAIL_2]',
  );
  expect(redact('nothing', { pseudonyms })).toBe('nothing');
});
