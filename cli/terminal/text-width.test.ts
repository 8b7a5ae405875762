import { expect, it } from 'vitest';
import { createPaint } from './paint.ts';
import { cutText, harmless, padText, textWidth, wrapText } from './text-width.ts';

const paint = createPaint(true);

it('counts columns as a terminal does', () => {
  expect(textWidth('Grüße')).toBe(5);
  expect(textWidth('u\u0308')).toBe(1);
  expect(textWidth('日本')).toBe(4);
  expect(textWidth(paint.red('red'))).toBe(3);
});

it('cuts at a column, never through a wide character, and ends the colour', () => {
  expect(cutText('four', 4)).toBe('four');
  expect(cutText('fives', 4)).toBe('fiv…');
  expect(cutText('日本語', 4)).toBe('日…');
  expect(cutText(paint.red('abcdef'), 4)).toBe('\u001b[31mabc…\u001b[0m');
  expect(cutText('any', 0)).toBe('');
});

it('pads and wraps', () => {
  expect(padText('日', 4)).toBe('日  ');
  expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
});

it('lets no text of others steer the terminal', () => {
  expect(harmless('a\u001b[2Jb\u0007\r\nc\td')).toBe('ab\nc\td');
});
