import { Parser } from 'htmlparser2';
import { tidy } from '../words.ts';
import type { Block } from './block.ts';
import { createMicrodata } from './microdata.ts';

/** Elements whose text is no part of what a page says. Nothing is run: a script is text that is left out. */
const silent = new Set(
  'script style noscript template svg iframe object nav footer aside form select head title math canvas audio video dialog'.split(
    ' ',
  ),
);
/** Elements within a line. Every other one begins and ends a block. */
const inline = new Set(
  'a abbr b bdi bdo cite code data del dfn em font i img ins kbd label mark q s samp small span strong sub sup time tt u var wbr input'.split(
    ' ',
  ),
);

/** Elements in each other; the parser's time grows with the square of it, and browsers stop at 512. */
const deepest = 2000;
/** Ends the reading of a page that is nested deeper. */
class TooDeep extends Error {}

export type Page = {
  readonly blocks: Block[];
  /** Texts of `<script type="application/ld+json">`, each with its line. */
  readonly data: { readonly text: string; readonly line: number }[];
  /** The line after which nothing was read, since elements are nested too deep. */
  cutAt?: number;
};

/**
 * What a page of HTML says, in reading order, and the data that its author put beside it. Broken pages are read as
 * far as they go, and no deeper than 2,000 elements in each other.
 */
export function readHtml(html: string): Page {
  const page: Page = { blocks: [], data: [] };
  const lineAt = lineCounter(html);
  const micro = createMicrodata();
  const lists: { ordered: boolean; items: number }[] = [];
  let depth = 0;
  let silence = 0;
  let text = '';
  let boldLetters = 0;
  let boldDepth = 0;
  let preDepth = 0;
  let kind: Block['kind'] = 'text';
  let level = 7;
  let prefix = '';
  let cells = 0;
  let line = 1;
  let data: string | undefined;

  const flush = (): void => {
    const clean = tidy(
      preDepth > 0
        ? `\`\`\`\n${text}\n\`\`\``
        : text.replaceAll(/[^\S\n]+/g, ' ').replaceAll(/ ?\n ?/g, '\n'),
    );
    const letters = text.replaceAll(/\s/g, '').length;
    if (letters > 0) {
      const isBold = kind === 'text' && prefix === '' && boldLetters >= letters;
      const item = micro.current();
      page.blocks.push({
        kind: isBold ? 'bold' : kind,
        level,
        text: prefix + clean,
        line,
        ...(item && { item }),
      });
    }
    text = '';
    prefix = '';
    boldLetters = 0;
  };
  const open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    line = lineAt(parser.startIndex);
    const isToggle =
      name === 'button' || attributes.role === 'button' || 'aria-expanded' in attributes;
    if (isToggle && kind !== 'heading' && kind !== 'summary') kind = 'toggle';
    const heading = /^h([1-6])$/.exec(name);
    if (heading) {
      kind = 'heading';
      level = Number(heading[1]);
    } else if (name === 'summary') kind = 'summary';
    else if (name === 'dt') kind = 'term';
    else if (name === 'ul' || name === 'ol') lists.push({ ordered: name === 'ol', items: 0 });
    else if (name === 'li') prefix = bullet(lists);
    else if (name === 'tr') cells = 0;
    else if (name === 'pre') preDepth++;
  };
  const close = (name: string): void => {
    if (/^h[1-6]$/.test(name) || ['summary', 'dt', 'button'].includes(name) || kind === 'toggle') {
      kind = 'text';
      level = 7;
    }
    if (name === 'ul' || name === 'ol') lists.pop();
    if (name === 'pre') preDepth = Math.max(0, preDepth - 1);
    if (name === 'details')
      page.blocks.push({ kind: 'end', level: 7, text: '', line: lineAt(parser.startIndex) });
  };
  const parser: Parser = new Parser({
    onopentag(name, attributes) {
      if (++depth > deepest) throw new TooDeep();
      if (silent.has(name)) {
        silence++;
        const isData = name === 'script' && /ld\+json/i.test(attributes.type ?? '');
        if (isData && data === undefined) {
          data = '';
          line = lineAt(parser.startIndex);
        }
        return;
      }
      if (silence > 0) return;
      const isBlock = !inline.has(name);
      const begins = micro.open(name, attributes);
      if (name === 'br') text += '\n';
      else if (name === 'td' || name === 'th') text += cells++ > 0 ? ' | ' : '';
      else if (isBlock || begins) {
        // A paragraph within a list's item is the item's own text.
        if (text.trim() !== '' || !['p', 'div'].includes(name) || begins) flush();
        open(name, attributes);
      } else if (name === 'b' || name === 'strong') boldDepth++;
      micro.enter();
    },
    onclosetag(name) {
      depth--;
      if (silent.has(name)) {
        silence = Math.max(0, silence - 1);
        if (name !== 'script' || data === undefined) return;
        page.data.push({ text: data, line });
        data = undefined;
        return;
      }
      if (silence > 0) return;
      const ends = micro.ends(name);
      if ((!inline.has(name) && !['br', 'td', 'th'].includes(name)) || ends) {
        flush();
        close(name);
      } else if (name === 'b' || name === 'strong') boldDepth = Math.max(0, boldDepth - 1);
      micro.close(name);
    },
    ontext(piece) {
      if (data !== undefined) data += piece;
      if (silence > 0) return;
      if (text.trim() === '') line = lineAt(parser.startIndex);
      const said = preDepth > 0 ? piece : piece.replaceAll(/\s+/g, ' ');
      text += said;
      if (boldDepth > 0) boldLetters += said.replaceAll(/\s/g, '').length;
    },
  });
  try {
    parser.write(html);
    parser.end();
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    page.cutAt = lineAt(parser.startIndex);
  }
  flush();
  return page;
}

const tag = /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/i;

/** The text of a piece of HTML, such as an answer in JSON-LD or the body of a mail; what has no tags keeps its lines. */
export function htmlText(html: string): string {
  if (!/<|&[a-z#0-9]+;/i.test(html)) return tidy(html);
  if (!tag.test(html)) return htmlText(html.replaceAll('<', '&lt;').replaceAll(/\r?\n/g, '<br>'));
  const texts: string[] = [];
  for (const { text } of readHtml(html).blocks)
    if (text !== '')
      texts.push(
        text.startsWith('- ') && texts.at(-1)?.startsWith('- ') ? `\n${text}` : `\n\n${text}`,
      );
  return tidy(texts.join(''));
}

function bullet(lists: { ordered: boolean; items: number }[]): string {
  const list = lists.at(-1);
  if (list === undefined) return '- ';
  list.items++;
  return list.ordered ? `${list.items}. ` : '- ';
}

/** Lines of places that never go back by much. */
function lineCounter(text: string): (index: number) => number {
  const find = (from: number): number => {
    const found = text.indexOf('\n', from);
    return found === -1 ? Number.POSITIVE_INFINITY : found;
  };
  let next = find(0);
  let line = 1;
  return (index) => {
    for (; next < index; next = find(next + 1)) line++;
    return line;
  };
}
