import { tidy } from '../words.ts';
import type { Block } from './block.ts';

const heading = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$/;
const underline = /^ {0,3}(=+|-+)[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const summary = /<summary[^>]*>(.*?)<\/summary>/i;

/** What a page of Markdown says, in reading order; `<details>` in it are understood, comments and front matter left out. */
export function readMarkdown(markdown: string): Block[] {
  const lines = tidyLines(markdown);
  const blocks: Block[] = [];
  let open: { lines: string[]; from: number } | undefined;
  let fenced: string | undefined;
  const flush = (): void => {
    if (open === undefined) return;
    const text = tidy(open.lines.join('\n'));
    const isBold =
      /^(\*\*|__)(?!\s)[^\n]+\1$/.test(text) && !/(\*\*|__).*\1.*\1/.test(text.slice(2));
    if (text !== '')
      blocks.push({ kind: isBold ? 'bold' : 'text', level: 7, text, line: open.from });
    open = undefined;
  };
  const add = (line: string, number: number): void => {
    open ??= { lines: [], from: number };
    open.lines.push(line);
  };
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const mark = fence.exec(line)?.[1];
    if (fenced !== undefined) {
      add(line, number);
      if (mark?.startsWith(fenced) && line.trim() === mark) fenced = undefined;
      continue;
    }
    if (mark !== undefined) fenced = mark;
    const title = heading.exec(line);
    const under = underline.exec(line);
    const folded = summary.exec(line);
    if (title) {
      flush();
      const level = title[1]?.length ?? 1;
      blocks.push({ kind: 'heading', level, text: plainText(title[2] ?? ''), line: number });
    } else if (under && open?.lines.length === 1 && !/^\s*[-*>|\d]/.test(open.lines[0] ?? '')) {
      const text = plainText(open.lines[0] ?? '');
      open = undefined;
      const level = under[1]?.startsWith('=') ? 1 : 2;
      blocks.push({ kind: 'heading', level, text, line: number - 1 });
    } else if (folded) {
      flush();
      blocks.push({ kind: 'summary', level: 7, text: plainText(folded[1] ?? ''), line: number });
      const rest = line.slice(folded.index + folded[0].length);
      const closes = /<\/details>/i.test(rest);
      if (rest.replace(/<\/?details[^>]*>/gi, '').trim() !== '')
        add(rest.replace(/<\/?details[^>]*>/gi, ''), number);
      if (closes) {
        flush();
        blocks.push({ kind: 'end', level: 7, text: '', line: number });
      }
    } else if (/^\s*<\/details>\s*$/i.test(line)) {
      flush();
      blocks.push({ kind: 'end', level: 7, text: '', line: number });
    } else if (/^\s*<details[^>]*>\s*$/i.test(line) || /^ {0,3}(?:[-*_] *){3,}$/.test(line))
      flush();
    else if (line.trim() === '') flush();
    else add(line, number);
  }
  flush();
  return blocks;
}

/** The lines of a text without front matter, comments, images, anchors and definitions of links; none moves. */
function tidyLines(markdown: string): string[] {
  const blank = (found: string): string => found.replaceAll(/[^\n]/g, '');
  return markdown
    .replace(/^\ufeff/, '')
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]*?\n---(?=\n|$)/, blank)
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, blank)
    .replaceAll(/!\[[^\]\n]*\]\([^)\n]*\)/g, '')
    .replaceAll(/<a\s+(?:name|id)=[^>\n]*>\s*(?:<\/a>)?/gi, '')
    .replaceAll(/^ {0,3}\[[^\]\n]+\]:\s+\S+.*$/gm, '')
    .split('\n');
}

/** A line without emphasis, links and tags. */
export function plainText(line: string): string {
  return tidy(
    line
      .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll(/\{#[^}]*\}/g, '')
      .replaceAll(/(\*\*|__|\*|`)(\S(?:.*?\S)?)\1/g, '$2')
      .replaceAll(/\\([?!.*_#-])/g, '$1'),
  );
}
