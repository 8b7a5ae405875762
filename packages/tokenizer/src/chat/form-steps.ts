import { TokenList } from '../token-list.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { ChatForm, FormText } from './chat-form.ts';

/** Tokens that every conversation of a form has, or a text that is encoded by itself: constants in ASCII, and what messages say by their numbers. */
export type FormStep = { readonly supervised: boolean } & (
  | { readonly tokens: readonly number[] }
  | { readonly text: readonly (Uint8Array | number)[] }
);

type FormExample = ChatForm['examples'][number];
type FormSpan = FormExample['spans'][number];
type Parts = Pick<Tokenizer, 'isSpecial' | 'decode'> & {
  readonly plain: NonNullable<Tokenizer['plain']>;
};

/**
 * What the examples of a form are made of, one step after the other, for who encodes texts elsewhere. undefined where an answer does not end
 * with a special token, so that what is a target hangs on its tokens, or a text has constants beyond ASCII.
 */
export function formSteps(form: ChatForm, parts: Parts): FormStep[][] | undefined {
  const examples = form.examples.map((example) => exampleSteps(example, parts));
  return examples.every((steps) => steps !== undefined) ? examples : undefined;
}

function exampleSteps({ spans, foundBy }: FormExample, parts: Parts): FormStep[] | undefined {
  const all: FormStep[] = [];
  for (const span of spans) {
    const steps = spanSteps(span, parts);
    const ended = steps && span.supervised ? endTarget(steps, foundBy, parts) : steps;
    if (ended === undefined) return undefined;
    all.push(...ended);
  }
  return all;
}

function spanSteps({ supervised, sections }: FormSpan, { plain }: Parts): FormStep[] | undefined {
  const steps: FormStep[] = [];
  for (const section of sections) {
    if (typeof section === 'number') steps.push({ supervised, tokens: [section] });
    else if (section.every((part) => typeof part !== 'number'))
      steps.push({ supervised, tokens: tokensOf(section, plain) });
    else {
      const text = section.map((part) => (typeof part === 'number' ? part : asciiOf(part)));
      if (!text.every((part) => part !== undefined)) return undefined;
      steps.push({ supervised, text });
    }
  }
  return steps;
}

/** The same as `endOfTurn` of a text in which the last special token is behind all that messages say. */
function endTarget(
  steps: readonly FormStep[],
  foundBy: FormExample['foundBy'],
  { isSpecial, decode }: Parts,
): FormStep[] | undefined {
  const said = steps.findLastIndex((step) => 'text' in step) + 1;
  const tokens = steps.slice(said).flatMap((step) => ('tokens' in step ? step.tokens : []));
  const last = tokens.findLastIndex((token) => isSpecial(token)) + 1;
  if (last === 0) return undefined;
  const isEnd = foundBy !== 'tags' && decode(tokens.slice(last)).trim() === '';
  const to = isEnd ? last : tokens.length;
  return [
    ...steps.slice(0, said),
    { supervised: true, tokens: tokens.slice(0, to) },
    ...(to < tokens.length ? [{ supervised: false, tokens: tokens.slice(to) }] : []),
  ];
}

/** The tokens of a text of constants alone. */
function tokensOf(section: FormText, plain: Parts['plain']): number[] {
  const all = section.flatMap((part) => (typeof part === 'number' ? [] : [...part]));
  const tokens = new TokenList();
  plain.append(Uint16Array.from([...all, 0]), all.length, tokens);
  return tokens.take();
}

function asciiOf(units: Uint16Array): Uint8Array | undefined {
  return units.every((unit) => unit < 128) ? Uint8Array.from(units) : undefined;
}
