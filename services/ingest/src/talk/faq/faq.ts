import type { TalkPair } from '../pair.ts';
import type { Tally } from '../tally.ts';
import { wordsOf } from '../words.ts';
import { readHtml } from './html-blocks.ts';
import { plainText, readMarkdown } from './markdown-blocks.ts';
import { questionsOf } from './questions.ts';
import { structuredQuestions } from './structured.ts';
import { tableQuestions } from './table.ts';

/** A page as text, with the name that says what it is: `.html`, `.md`, `.csv` … */
export type FaqFile = { readonly name: string; readonly text: string };

/**
 * The questions and answers of one FAQ page: Markdown, HTML (with schema.org's data) or a table of two columns. What
 * is said twice, as data and as text, comes once.
 */
export async function* faqPairs(file: FaqFile, tally: Tally): AsyncGenerator<TalkPair> {
  const known = new Map<string, Set<string>[]>();
  for await (const pair of found(file, tally)) {
    const answer = new Set(wordsOf(pair.turns[1]?.content ?? ''));
    const earlier = known.get(pair.evidence.group) ?? [];
    if (earlier.some((other) => overlap(answer, other) >= 0.6))
      tally.add(
        'a question with its answer that came before',
        `${file.name} ${pair.evidence.places[0]}`,
      );
    else {
      known.set(pair.evidence.group, [...earlier, answer]);
      yield pair;
    }
  }
}

async function* found({ name, text }: FaqFile, tally: Tally): AsyncGenerator<TalkPair> {
  if (/\.(?:csv|tsv)$/i.test(name)) yield* tableQuestions(text, name, tally);
  else if (/\.x?html?$/i.test(name) || looksLikeHtml(text)) {
    const page = readHtml(text);
    if (page.cutAt !== undefined)
      tally.add('the rest of a page whose elements are nested too deep', `${name}:${page.cutAt}`);
    yield* structuredQuestions(page, name, tally);
    yield* questionsOf(page.blocks, { file: name, plain: (line) => line, tally });
  } else yield* questionsOf(readMarkdown(text), { file: name, plain: plainText, tally });
}

function looksLikeHtml(text: string): boolean {
  return /^\s*(?:<!doctype html|<html[\s>]|<\?xml|<head[\s>]|<body[\s>])/i.test(
    text.slice(0, 1000),
  );
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const both = [...one].filter((word) => other.has(word)).length;
  const all = one.size + other.size - both;
  return all === 0 ? 1 : both / all;
}
