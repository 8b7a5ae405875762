import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import fc from 'fast-check';

export type Chat = Extract<CanonicalRow, { readonly kind: 'chat' }>;

const pieces = [
  ...[
    'a',
    'B',
    'of',
    'Order',
    'CamelCase',
    'extraordinarily',
    'snake_case',
    'antidisestablishmentarianism',
  ],
  ...[
    '7',
    '12',
    '345',
    '2024',
    '1234567890123',
    '0',
    '3.14',
    '1,000',
    '10-12',
    '2024-11-30',
    '1/2',
    '12/2024',
    '1-2-3',
  ],
  ...' \t\n\r\v\f'.split(''),
  ...[
    '  ',
    ' \t ',
    '\r\n',
    '\n\n',
    ' - ',
    ' + ',
    ' = ',
    '--',
    '=>',
    ' => ',
    '->',
    '!=',
    ' / ',
    ' | ',
    ' && ',
  ],
  ...'+-*/=<>^%|&!~'.split(''),
  ...'.,;:!?"\''.split(''),
  ...['. ', ', ', '?!', '."', '." ', '...', ' . '],
  ...'()[]{}_#@$\\`'.split(''),
];
const control = fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code));
const piece = fc.constantFrom(...pieces);
const hostile = fc
  .array(fc.oneof({ weight: 9, arbitrary: piece }, { weight: 1, arbitrary: control }), {
    maxLength: 40,
    size: 'max',
  })
  .map((list) => list.join(''));
const sum = fc
  .array(fc.constantFrom('1', '23', '4567', '.', ',', '-', '/', '+', ' ', 'x', '(', ')', '\t'), {
    maxLength: 16,
    size: 'max',
  })
  .map((list) => list.join(''));
/** Texts of ASCII by which words, operators and numbers are told apart. */
export const text = fc.oneof(hostile, sum);
/** What plain chats are of: contents that are not blank, without other control characters than JSON has names for. */
const content = text
  .map((said) => said.replaceAll(/[^\n\r\t\x20-\x7e]/g, ''))
  .filter((said) => said.trim() !== '');

const turns = fc.tuple(
  fc.boolean(),
  fc.array(fc.tuple(content, content), { minLength: 1, maxLength: 3 }),
  content,
);
/** Plain chats of such contents. */
export const chat = fc.tuple(turns, fc.integer({ min: 1, max: 3_000_000 })).map(
  ([[isTold, pairs, told], line]): Chat => ({
    ...{ kind: 'chat', line },
    messages: [
      ...(isTold ? [{ role: 'system' as const, content: told }] : []),
      ...pairs.flatMap(([asked, answer]) => [
        { role: 'user' as const, content: asked },
        { role: 'assistant' as const, content: answer },
      ]),
    ],
  }),
);
