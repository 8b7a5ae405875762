import { pairOf, type TalkPair } from '../pair.ts';
import type { Tally } from '../tally.ts';
import { asking, fingerprint, wordsOf } from '../words.ts';
import type { Block } from './block.ts';

const asked =
  /^(?:\*\*|__)?(?:q|question|frage)(?:\s*#?\d+)?\s*(?:\*\*|__)?\s*[:.)](?:\*\*|__)?\s*/i;
const answered =
  /^(?:\*\*|__)?(?:a|answer|antwort)(?:\s*#?\d+)?\s*(?:\*\*|__)?\s*[:.)](?:\*\*|__)?\s*/i;

/** Questions that pages ask of their readers, in words that hold wherever they stand. */
const pageFurniture =
  /^(?:was|is|did|were|do|does) (?:this|these|that|you find|we|the (?:article|page|answer))\b.*\b(?:helpful|useful|help|answer|looking for)\b|^(?:still )?(?:have|got|having)\b.*\b(?:questions?|problems?|trouble)\b|^(?:still )?need (?:more |further |some )?(?:help|assistance|support)|^(?:can ?not|can't|couldn't|didn't|did not) (?:you )?find|^any (?:other|more|further) questions|^(?:what (?:do|did) you think|how (?:can|did) we (?:improve|do))|^(?:ready to|want to|interested in|why not) (?:get started|start|try|learn more|join|talk)|^looking for (?:something|more)/i;
const furnitureAnswer =
  /^(?:yes\s*[|/]?\s*no|contact us|get in touch|read more|learn more|click here|submit a request|tbd|todo|coming soon|n\/?a|lorem ipsum|n\.\s?a\.|-+)[\s.!|]*$/i;

/** Of which page blocks are: `plain` takes the markup out of a line, where blocks have any. */
export type PageOf = {
  readonly file: string;
  readonly plain: (line: string) => string;
  readonly tally: Tally;
};

type Found = { question: string; answer: string[]; line: number; rule: string; section: string };

/**
 * The questions of a page with the block that follows each. Every question that is no pair is counted by reason, and
 * what lies under none as a block each.
 */
export function* questionsOf(blocks: readonly Block[], page: PageOf): Generator<TalkPair> {
  for (const found of collect(blocks, page)) {
    const pair = toPair(found, page);
    if (pair !== undefined) yield pair;
  }
}

function* collect(blocks: readonly Block[], { file, plain, tally }: PageOf): Generator<Found> {
  let open: (Found & { level: number; kind: Block['kind'] }) | undefined;
  let section = '';
  for (const block of blocks) {
    if (block.item !== undefined) continue;
    const place = `${file}:${block.line}`;
    const prefixed = block.kind === 'text' || block.kind === 'bold' ? asked.exec(block.text) : null;
    const question = prefixed ? block.text.slice(prefixed[0].length) : block.text;
    const rule = prefixed ? 'prefix' : ruleOf(block, plain);
    if (block.kind === 'end') {
      if (open?.kind === 'summary') {
        yield open;
        open = undefined;
      }
    } else if (rule !== undefined) {
      if (open !== undefined) yield open;
      // An answer in the same paragraph: "Q: …" on one line, "A: …" on the next.
      const [first = '', ...rest] = prefixed ? question.split('\n') : [question];
      const answer = rest.length > 0 ? [rest.join('\n').replace(answered, '')] : [];
      const { line, level, kind } = block;
      open = {
        question: plain(first.replace(prefixed ? /(?:\*\*|__)\s*$/ : '', '')),
        answer,
        line,
        rule,
        section,
        level,
        kind,
      };
    } else if (open !== undefined && belongs(block, open)) {
      const text = open.rule === 'prefix' ? block.text.replace(answered, '') : block.text;
      open.answer.push(block.kind === 'heading' ? plain(text) : text);
    } else {
      if (open !== undefined) yield open;
      open = undefined;
      if (block.kind === 'heading') section = plain(block.text);
      if (block.kind === 'summary' || block.kind === 'term' || block.kind === 'toggle')
        tally.add('a title that asks nothing', place);
      else if (block.kind !== 'heading') tally.add('text under no question', place);
    }
  }
  if (open !== undefined) yield open;
}

/** By which rule a block asks a question; undefined when it does not. */
function ruleOf({ kind, text }: Block, plain: PageOf['plain']): string | undefined {
  if (kind === 'text' || kind === 'end') return undefined;
  const question = plain(text);
  const isShort = question.length <= 300;
  if (!isShort || asking(question) === undefined) return undefined;
  // "How it works" under a heading is a title: there a question mark is needed.
  if (kind !== 'summary' && kind !== 'term' && asking(question) !== 'ends') return undefined;
  return kind === 'summary' ? 'details' : kind === 'term' ? 'definition' : kind;
}

/** Whether a block goes on with the answer: text does, and a heading that lies deeper. */
function belongs(
  block: Block,
  open: { readonly level: number; readonly kind: Block['kind'] },
): boolean {
  if (block.kind === 'text' || block.kind === 'bold') return true;
  return block.kind === 'heading' && open.kind === 'heading' && block.level > open.level;
}

function toPair(found: Found, { file, plain, tally }: PageOf): TalkPair | undefined {
  const question = found.question.trim();
  const answer = joined(found.answer);
  const place = `${file}:${found.line} ${question}`;
  if (pageFurniture.test(question.replace(/^[^\p{L}]+/u, '')))
    tally.add('a question of the page to its readers', place);
  else if (answer === '') tally.add('a question without an answer', place);
  else if (furnitureAnswer.test(plain(answer))) tally.add('an answer that says nothing', place);
  else
    return pairOf(question, answer, {
      file,
      places: [`line ${found.line}`, ...(found.section === '' ? [] : [`section ${found.section}`])],
      rule: found.rule,
      score: scoreOf(found.rule, answer),
      group: fingerprint(question),
    });
  return undefined;
}

function joined(parts: readonly string[]): string {
  let out = '';
  for (const part of parts.map((text) => text.trim()).filter((text) => text !== '')) {
    const isItem = /^(?:-|\d+\.) /.test(part);
    const followsItem = /(?:^|\n)(?:-|\d+\.) [^\n]*$/.test(out);
    out += out === '' ? part : isItem && followsItem ? `\n${part}` : `\n\n${part}`;
  }
  return out;
}

const sure: Readonly<Record<string, number>> = {
  heading: 0.9,
  details: 0.95,
  prefix: 0.95,
  definition: 0.9,
  toggle: 0.85,
  bold: 0.8,
};

/** How sure a rule is; less of an answer of one or two words. */
function scoreOf(rule: string, answer: string): number {
  return (sure[rule] ?? 0.8) - (wordsOf(answer).length < 3 ? 0.2 : 0);
}
