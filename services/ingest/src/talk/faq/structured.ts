import { isDeeperThan } from '@lathe/contracts/json-depth';
import { pairOf, type TalkPair } from '../pair.ts';
import type { Tally } from '../tally.ts';
import { fingerprint } from '../words.ts';
import type { Block } from './block.ts';
import { htmlText, type Page } from './html-blocks.ts';

const deepest = 64;
type Json = Readonly<Record<string, unknown>>;

/** The questions that a page's author gave as data: schema.org's FAQPage and QAPage as JSON-LD, then as microdata. */
export function* structuredQuestions(page: Page, file: string, tally: Tally): Generator<TalkPair> {
  for (const { text, line } of page.data) {
    const place = `${file}:${line}`;
    for (const question of questionsIn(parsed(text, place, tally))) {
      const name = htmlText(textOf(question.name) || textOf(question.text));
      const answer = htmlText(textOf(answerOf(question)?.text));
      if (name === '' || answer === '')
        tally.add('a question without an answer', `${place} ${name}`);
      else yield pairOf(name, answer, evidence(file, { rule: 'json-ld', line, name }));
    }
  }
  yield* microdataQuestions(page.blocks, file, tally);
}

function* microdataQuestions(
  blocks: readonly Block[],
  file: string,
  tally: Tally,
): Generator<TalkPair> {
  const items = new Map<number, { name: string[]; answer: string[]; line: number }>();
  for (const { item, text, line } of blocks) {
    if (item === undefined) continue;
    const entry = items.get(item.number) ?? { name: [], answer: [], line };
    entry[item.part].push(text);
    items.set(item.number, entry);
  }
  for (const { name, answer, line } of items.values()) {
    const question = name.join(' ').trim();
    if (question === '' || answer.length === 0)
      tally.add('a question without an answer', `${file}:${line} ${question}`);
    else
      yield pairOf(
        question,
        answer.join('\n\n'),
        evidence(file, { rule: 'microdata', line, name: question }),
      );
  }
}

function evidence(
  file: string,
  at: { rule: string; line: number; name: string },
): TalkPair['evidence'] {
  return {
    file,
    places: [`line ${at.line}`],
    rule: at.rule,
    score: 0.95,
    group: fingerprint(at.name),
  };
}

function parsed(text: string, place: string, tally: Tally): unknown {
  try {
    if (!isDeeperThan(Buffer.from(text), deepest)) return JSON.parse(text.trim().replace(/;$/, ''));
    tally.add(`data nested deeper than ${deepest} levels`, place);
  } catch {
    tally.add('data that are no JSON', place);
  }
  return undefined;
}

/** Every Question under a FAQPage or QAPage, wherever these lie. */
function* questionsIn(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const one of value) yield* questionsIn(one);
  else if (isObject(value)) {
    if (isType(value, 'FAQPage') || isType(value, 'QAPage')) {
      for (const entity of [value.mainEntity, value.hasPart].flat())
        if (isObject(entity) && (isType(entity, 'Question') || 'acceptedAnswer' in entity))
          yield entity;
    } else
      for (const key of ['@graph', 'mainEntity', 'mainEntityOfPage', 'hasPart', 'about'])
        yield* questionsIn(value[key]);
  }
}

/** The accepted answer, else the one with the most votes. */
function answerOf(question: Json): Json | undefined {
  const [accepted] = [question.acceptedAnswer].flat().filter(isObject);
  if (accepted !== undefined) return accepted;
  const votes = (answer: Json): number => Number(answer.upvoteCount ?? 0) || 0;
  return [question.suggestedAnswer]
    .flat()
    .filter(isObject)
    .toSorted((a, b) => votes(b) - votes(a))[0];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isType(value: Json, name: string): boolean {
  return [value['@type']]
    .flat()
    .some((type) => typeof type === 'string' && type.replace(/^.*[/:]/, '') === name);
}

function textOf(value: unknown): string {
  const [first] = [value].flat();
  return typeof first === 'string'
    ? first
    : isObject(first) && typeof first['@value'] === 'string'
      ? first['@value']
      : '';
}
