import type { SpanAnswer } from '@lathe/contracts/message/prediction';
import {
  codePoints,
  engineText,
  type Handler,
  type Reader,
  softmax,
  type TextWindow,
  windowsOf,
} from './input.ts';

/** Of a window of the context, what may answer and where it stands. */
type Window = {
  /** 1 where a token may begin or end an answer. */
  readonly allowed: Uint8Array;
  readonly offsets: readonly (readonly [number, number])[];
  readonly words: Int32Array;
};
type Sheet = { readonly context: string; readonly windows: readonly Window[] };
type Candidate = { readonly from: number; readonly to: number; readonly score: number };

/** What transformers takes where nothing is said. */
const usualTokens = 384;
const usualStride = 128;
/** A score that no token outside the context may reach. */
const outside = -10_000;

/**
 * Parts of the context that answer a question, the likeliest first, as transformers' QuestionAnsweringPipeline: of each
 * window p(start)·p(end) over spans of at most `max_answer_len` tokens, widened to whole words; equal texts are added up.
 * With `handle_impossible_answer` the empty answer has the least p(nothing) of any window.
 */
export const questionAnswering: Handler<'question-answering', Sheet> = {
  encode(reader, { question, context }, { options, param }) {
    const { room } = reader.model;
    const maxTokens = Math.min(options.maxSeqLen ?? usualTokens, room);
    const stride = options.docStride ?? Math.min(Math.floor(maxTokens / 2), usualStride);
    const asked = shortened(reader, question, options.maxQuestionLen);
    const windows = windowsOf(reader, [asked, context], { param, maxTokens, stride });
    return {
      texts: windows.map((window) => engineText(reader.kit, window)),
      sheet: { context, windows: windows.map((window) => whatMayAnswer(reader, window)) },
    };
  },
  read(_, { context, windows }, { options, results }) {
    const answers: SpanAnswer[] = [];
    let nothing = Number.POSITIVE_INFINITY;
    const place = codePoints(context);
    for (const [at, window] of windows.entries()) {
      const sides = probabilities(results[at] as Float32Array, window.allowed);
      nothing = Math.min(nothing, (sides.starts[0] as number) * (sides.ends[0] as number));
      // The first token stands for "no answer".
      sides.starts[0] = 0;
      sides.ends[0] = 0;
      // Some become the same when they are widened to words.
      const most = options.alignToWords ? 2 * options.topK + 10 : options.topK;
      for (const { from, to, score } of bestSpans(sides, window.allowed, { ...options, most })) {
        const [start, end] = unitsOf(window, { from, to }, options.alignToWords);
        const answer = context.slice(start, end);
        const known = answers.find((other) => other.answer.toLowerCase() === answer.toLowerCase());
        if (known === undefined)
          answers.push({ answer, score, start: place(start), end: place(end) });
        else known.score += score;
      }
    }
    if (options.impossible) answers.push({ answer: '', score: nothing, start: 0, end: 0 });
    return answers.toSorted((a, b) => b.score - a.score).slice(0, options.topK);
  },
};

/** The question, of at most so many tokens. */
function shortened({ kit }: Reader, question: string, most: number | null): string {
  if (most === null) return question;
  const { offsets } = kit.tokenizer.encodeWithOffsets(question);
  const end = offsets.length > most ? offsets[most - 1]?.[1] : undefined;
  return question.slice(0, end);
}

function whatMayAnswer({ kit }: Reader, window: TextWindow): Window {
  const { tokens, sequences, offsets, words } = window;
  const first = kit.tokenizer.tokenId(kit.tokenizer.names.get('cls_token') ?? '');
  const allowed = Uint8Array.from(sequences, (text, at) =>
    text === 1 || tokens[at] === first ? 1 : 0,
  );
  return { allowed, offsets, words: words.map((word, at) => (sequences[at] === 1 ? word : -1)) };
}

type Sides = { readonly starts: Float64Array; readonly ends: Float64Array };

/** p(start) and p(end) of each token, of scores `[tokens, 2]`. */
function probabilities(scores: Float32Array, allowed: Uint8Array): Sides {
  const side = (which: 0 | 1): Float64Array =>
    softmax(
      Float64Array.from(allowed, (may, at) =>
        may === 1 ? (scores[2 * at + which] as number) : outside,
      ),
    );
  return { starts: side(0), ends: side(1) };
}

function bestSpans(
  { starts, ends }: Sides,
  allowed: Uint8Array,
  { maxAnswerLen, most }: { readonly maxAnswerLen: number; readonly most: number },
): Candidate[] {
  let found: Candidate[] = [];
  const keep = (): void => {
    found = found.toSorted((a, b) => b.score - a.score).slice(0, most);
  };
  for (let from = 0; from < starts.length; from++) {
    if (allowed[from] === 0) continue;
    const last = Math.min(starts.length, from + maxAnswerLen);
    for (let to = from; to < last; to++)
      if (allowed[to] === 1)
        found.push({ from, to, score: (starts[from] as number) * (ends[to] as number) });
    if (found.length > 8192 + most) keep();
  }
  keep();
  return found;
}

/** Where a span lies in the context, in UTF-16 units. */
function unitsOf(
  { offsets, words }: Window,
  { from, to }: Pick<Candidate, 'from' | 'to'>,
  isWhole: boolean,
): readonly [number, number] {
  let [first, last] = [from, to];
  if (isWhole && words[from] !== -1 && words[to] !== -1) {
    while (first > 0 && words[first - 1] === words[from]) first--;
    while (last + 1 < words.length && words[last + 1] === words[to]) last++;
  }
  return [
    (offsets[first] as readonly [number, number])[0],
    (offsets[last] as readonly [number, number])[1],
  ];
}
