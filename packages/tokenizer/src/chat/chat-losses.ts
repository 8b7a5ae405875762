import type { Tokenizer } from '../tokenizer.ts';
import { isAnswer } from './chat-places.ts';
import type { Message, RenderedChat } from './rendered-chat.ts';

/** What a template did not render of a message. */
export type Loss = {
  /** The message, counted from 0. */
  message: number;
  /** `text`: a part or all of what it says is left out or changed; `blanks`: only white space around it. */
  kind: 'text' | 'blanks';
  /** How many characters, of how many. */
  characters: number;
  of: number;
};

type Render = { rendered: RenderedChat; guard: string | undefined };

/**
 * What the renders of a conversation leave out: of an answer that is trained in its own text, of what others say
 * anywhere in the last render, which is the longest.
 */
export function lossesOf(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  renders: readonly Render[],
): Loss[] {
  const losses: Loss[] = [];
  const add = (at: number, text: string, whole = text): void => {
    const content = messages[at]?.content;
    const loss = typeof content === 'string' ? lossOf(content, text, whole) : undefined;
    if (loss !== undefined) losses.push({ message: at, ...loss });
  };
  for (const { rendered, guard } of renders)
    for (const { start, end, supervised, message } of rendered.spans) {
      if (!supervised || message === undefined) continue;
      const shown = rendered.text.slice(start, end);
      // Without a guard nothing that is said is part of a control token.
      if (guard === undefined && shown.includes(messages[message]?.content ?? '')) continue;
      add(message, withoutControl(tokenizer, shown, guard), withoutGuard(shown, guard));
    }
  const last = renders.at(-1);
  if (last === undefined) return losses;
  const whole = withoutGuard(last.rendered.text, last.guard);
  for (const [at, message] of messages.entries()) {
    if (isAnswer(message) || whole.includes(message.content ?? '')) continue;
    const isSaid = message.content?.trim() !== '';
    if (isSaid && !squeeze(whole).includes(squeeze(message.content ?? ''))) add(at, whole);
  }
  return losses.sort((a, b) => a.message - b.message);
}

const controls = new WeakMap<Tokenizer, RegExp>();

/** Text without the control tokens of the template: those that a user wrote have the guard in them. */
function withoutControl(tokenizer: Tokenizer, text: string, guard: string | undefined): string {
  const { specialTokens } = tokenizer;
  if (specialTokens.length === 0) return withoutGuard(text, guard);
  const control =
    controls.get(tokenizer) ??
    new RegExp(specialTokens.map((token) => RegExp.escape(token)).join('|'), 'gu');
  controls.set(tokenizer, control);
  return withoutGuard(text.replaceAll(control, ''), guard);
}

function withoutGuard(text: string, guard: string | undefined): string {
  return guard === undefined ? text : text.replaceAll(guard, '');
}

/** What of `content` is not in `text`; undefined when all of it is. `whole`: with the control tokens, behind which blanks are the template's. */
function lossOf(content: string, text: string, whole: string): Omit<Loss, 'message'> | undefined {
  if (text.includes(content)) return undefined;
  const of = [...content].length;
  const [said, shown] = [squeeze(content), squeeze(text)];
  if (shown.includes(said)) {
    const trimmed = content.trim();
    // White space within is laid out anew, as around a thought: that leaves nothing out.
    if (!text.includes(trimmed)) return undefined;
    return { kind: 'blanks', characters: blanksLost(content, whole), of };
  }
  const kept = longestKept(said, shown);
  const places = [...content.matchAll(/\S/gu)];
  const from = kept.before === 0 ? 0 : placeAfter(places[kept.before - 1]);
  const to = places[places.length - kept.behind]?.index ?? content.length;
  const lost = content.slice(from, to);
  const characters = [...(kept.before === 0 ? lost.trimEnd() : lost.trim())].length;
  return { kind: 'text', characters, of };
}

/** How many of the blanks around what was said are not shown: a template may strip line ends alone. */
function blanksLost(content: string, text: string): number {
  const start = content.length - content.trimStart().length;
  const end = content.trimEnd().length;
  const isShown = (before: number, behind: number): boolean =>
    text.includes(content.slice(start - before, end + behind));
  const before = longest(start, (count) => isShown(count, 0));
  const behind = longest(content.length - end, (count) => isShown(before, count));
  return start - before + content.length - end - behind;
}

function placeAfter(match: RegExpExecArray | undefined): number {
  return match === undefined ? 0 : match.index + match[0].length;
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/gu, '');
}

type Kept = { before: number; behind: number };

/** How many characters of the beginning and of the end of what was said are shown, in this order. */
function longestKept(said: string, shown: string): Kept {
  const characters = [...said];
  const most = characters.length;
  const first = (count: number) => characters.slice(0, count).join('');
  const last = (count: number) => (count === 0 ? '' : characters.slice(-count).join(''));
  const behindFirst = longest(most, (count) => shown.includes(last(count)));
  const beforeIt = shown.slice(0, shown.lastIndexOf(last(behindFirst)));
  const before = longest(most - behindFirst, (count) => beforeIt.includes(first(count)));
  const beforeFirst = longest(most, (count) => shown.includes(first(count)));
  const behindIt = shown.slice(shown.indexOf(first(beforeFirst)) + first(beforeFirst).length);
  const behind = longest(most - beforeFirst, (count) => behindIt.includes(last(count)));
  return before + behindFirst >= beforeFirst + behind
    ? { before, behind: behindFirst }
    : { before: beforeFirst, behind };
}

/** The largest count that holds, where each that holds makes all smaller ones hold. */
function longest(most: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
