import { expect, it } from 'vitest';
import { createPrinter } from './printer.ts';

function sinkOf(isTTY: boolean, columns = 20) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

it('draws lines in the place of those before, cut to the width, and lines that stay above them', () => {
  const sink = sinkOf(true, 10);
  const printer = createPrinter(sink, {});
  printer.draw(['first', 'a line that is too long']);
  printer.draw(['second']);
  printer.line('stays');
  expect(sink.written).toEqual([
    'first\na line t…',
    '\r\u001b[1A\u001b[J',
    'second',
    '\r\u001b[J',
    'stays\n',
  ]);
});

it('draws nothing and paints nothing where there is no terminal', () => {
  const sink = sinkOf(false);
  const printer = createPrinter(sink, {});
  printer.draw(['progress']);
  printer.line(printer.paint.red('text'));
  expect(sink.written).toEqual(['text\n']);
});

it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('paints nothing with %o', (env) => {
  const { paint } = createPrinter(sinkOf(true), env);
  expect(paint.bold('text')).toBe('text');
});
