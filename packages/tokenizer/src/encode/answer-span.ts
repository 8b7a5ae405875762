import type { TextWindow } from './text-windows.ts';

/**
 * The first and the last token of an answer in a window over a question and its context, both included: every token
 * that holds some of it. `start` and `end` are UTF-16 units of the context. undefined where the window does not hold
 * all of it. The rule is that of transformers' run_qa.py, which puts the end before the start where one character is several tokens.
 * @example
 * const [window] = tokenizer.encodeWindows(['Who?', 'Anna lives'], { maxTokens: 512 });
 * const span = window && answerSpan(window, { start: 0, end: 4 });
 */
export function answerSpan(
  { offsets, sequences }: TextWindow,
  answer: { readonly start: number; readonly end: number },
): [first: number, last: number] | undefined {
  const from = sequences.indexOf(1);
  const to = sequences.lastIndexOf(1);
  const opening = offsets[from];
  const closing = offsets[to];
  if (opening === undefined || closing === undefined) return undefined;
  if (opening[0] > answer.start || closing[1] < answer.end) return undefined;
  let first = from;
  while (first < to && (offsets[first + 1] as [number, number])[0] <= answer.start) first++;
  let last = to;
  while (last > from && (offsets[last - 1] as [number, number])[1] >= answer.end) last--;
  // Several tokens may stand for one character, each with all of its place: the answer is all of them.
  return [Math.min(first, last), Math.max(first, last)];
}
