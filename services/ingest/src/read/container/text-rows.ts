import type { Line } from '../lines.ts';

/** How a text becomes rows: each line is one, or paragraphs are gathered, in Markdown those under one heading. */
export type TextLayout = 'line' | 'paragraphs' | 'markdown';

/** Most line ends that are kept between two paragraphs. */
const mostLineEnds = 20;

/** How the text is laid out that begins so: a line is a row of its own where no blank line parts paragraphs. */
export function textLayoutOf(head: string, name: string): TextLayout {
  const text = head.replace(/^\ufeff/, '').trim();
  if (/\.(md|markdown|mdx)$/i.test(name) || isMarkdown(text)) return 'markdown';
  return /\n[ \t\r]*\n/.test(text) || !text.includes('\n') ? 'paragraphs' : 'line';
}

/** Text with a heading that a blank line follows, and a second one, a list, a link or code. */
function isMarkdown(text: string): boolean {
  const headings = text.match(/^#{1,6} \S.*\r?\n[ \t]*\r?$/gm)?.length ?? 0;
  return headings > 1 || (headings === 1 && /^(```|[-*] \S)|\]\(\S+\)/m.test(text));
}

/**
 * The rows `{text}` of a text, each with the line on which it begins. Paragraphs that follow each other make one row up to
 * `rowBytes`, and a longer paragraph is cut at line ends; in Markdown a heading of the first or second level begins a new row.
 */
export async function* textRows(
  lines: AsyncIterable<Line>,
  layout: TextLayout,
  rowBytes: number,
): AsyncGenerator<Line> {
  let begins = 0;
  let last = 0;
  let parts: string[] = [];
  let length = 0;
  let isCode = false;
  const take = (): Line[] => {
    const text = parts.join('').trim();
    parts = [];
    length = 0;
    return text === '' ? [] : [{ number: begins, bytes: Buffer.from(JSON.stringify({ text })) }];
  };
  for await (const line of lines) {
    const text = 'bytes' in line ? utf8(line.bytes) : undefined;
    if (text === undefined) {
      yield* take();
      yield 'bytes' in line ? notUtf8(line.number) : line;
      last = line.number;
      continue;
    }
    const isApart = line.number > last + 1;
    const size = 'bytes' in line ? line.bytes.length : 0;
    const isHeading = layout === 'markdown' && !isCode && /^#{1,2} /.test(text);
    const isOver = length + size > rowBytes && (isApart || length > rowBytes / 2) && !isCode;
    if (layout === 'line' || isHeading || isOver || length > 2 * rowBytes) yield* take();
    if (/^ {0,3}(```|~~~)/.test(text)) isCode = !isCode;
    if (parts.length === 0) begins = line.number;
    else parts.push('\n'.repeat(Math.min(line.number - last, mostLineEnds)));
    parts.push(text);
    length += size;
    last = line.number;
  }
  yield* take();
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function notUtf8(number: number): Line {
  const message = 'the line is not valid UTF-8; save the file as UTF-8';
  return { number, problem: { rule: 'encoding', message } };
}
