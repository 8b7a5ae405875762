import { NotFiniteError } from './not-finite-error.ts';

/** How the next token is chosen from the logits of the last position. */
export type SamplingSettings = {
  /** 0 takes the likeliest token; else logits are divided by it. */
  readonly temperature: number;
  /** Nucleus: the smallest set of likeliest tokens whose probability reaches this share. */
  readonly topP: number;
  /** Only so many likeliest tokens; 0 means all. */
  readonly topK: number;
  /** Added to the logits of these tokens before anything else. */
  readonly logitBias: ReadonlyMap<number, number>;
  /** Subtracted once from the logit of every token generated before. */
  readonly presencePenalty: number;
  /** Subtracted for each time that a token was generated before. */
  readonly frequencyPenalty: number;
  /** How many alternatives to report for each token. */
  readonly topLogprobs: number;
};

export const greedy: SamplingSettings = {
  temperature: 0,
  topP: 1,
  topK: 0,
  logitBias: new Map(),
  presencePenalty: 0,
  frequencyPenalty: 0,
  topLogprobs: 0,
};

export type TokenChoice = {
  readonly token: number;
  /** Natural logarithm of its probability under the model (after bias and penalties, before temperature). */
  readonly logprob: number;
  readonly top: readonly { readonly token: number; readonly logprob: number }[];
};

/**
 * Chooses the next token from `logits` [vocabulary], which it may overwrite with bias and penalties.
 * `counts` says how often each token was generated so far; `random` gives uniform numbers in [0, 1).
 * Ties go to the lower token id, so that a greedy answer is the same everywhere. A logit of −∞ is a token that cannot
 * come: it is neither chosen nor reported, so that every number of a choice is finite. Throws NotFiniteError for
 * logits that are NaN or +∞, or all −∞.
 * @example chooseToken(new Float32Array([1, 2]), greedy, { counts: new Map(), random: Math.random }).token; // 1
 */
export function chooseToken(
  logits: Float32Array,
  settings: SamplingSettings,
  state: { counts: ReadonlyMap<number, number>; random: () => number },
): TokenChoice {
  for (const [token, bias] of settings.logitBias)
    if (token < logits.length) logits[token] = logits[token]! + bias;
  if (settings.presencePenalty !== 0 || settings.frequencyPenalty !== 0)
    for (const [token, count] of state.counts)
      logits[token] = logits[token]! - settings.presencePenalty - settings.frequencyPenalty * count;

  const best = likeliest(logits);
  const logTotal = logSumExp(logits, logits[best]!);
  const token = settings.temperature === 0 ? best : draw(logits, settings, { ...state, best });
  const top = alternatives(logits, settings.topLogprobs, logTotal);
  return { token, logprob: logits[token]! - logTotal, top };
}

/**
 * What the logits [vocabulary] say of a token that is given, as of one that was chosen: a token that cannot come has
 * the lowest finite number. Throws NotFiniteError as `chooseToken` does.
 */
export function givenToken(token: number, logits: Float32Array, topLogprobs: number): TokenChoice {
  const logTotal = logSumExp(logits, logits[likeliest(logits)]!);
  return {
    token,
    logprob: Math.max(logits[token]! - logTotal, -Number.MAX_VALUE),
    top: alternatives(logits, topLogprobs, logTotal),
  };
}

function alternatives(logits: Float32Array, count: number, logTotal: number): TokenChoice['top'] {
  if (count === 0) return [];
  return ranked(logits, count).map((id) => ({ token: id, logprob: logits[id]! - logTotal }));
}

/** The token with the highest logit. Throws NotFiniteError. */
function likeliest(logits: Float32Array): number {
  let best = 0;
  let hasNaN = false;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (logit > logits[best]!) best = id;
    hasNaN ||= Number.isNaN(logit);
  }
  if (hasNaN || !Number.isFinite(logits[best])) throw new NotFiniteError('the logits');
  return best;
}

/** ln Σ exp(x), computed around the maximum so that it neither overflows nor vanishes. */
function logSumExp(logits: Float32Array, highest: number): number {
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return highest + Math.log(sum);
}

/** Ids of tokens that can come, by falling logit, at most `count` of them. */
function ranked(logits: Float32Array, count: number): number[] {
  const ids = possible(logits);
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  return ids.slice(0, count);
}

function possible(logits: Float32Array): number[] {
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++)
    if (logits[id] !== Number.NEGATIVE_INFINITY) ids.push(id);
  return ids;
}

function draw(
  logits: Float32Array,
  { temperature, topP, topK }: SamplingSettings,
  { best, random }: { readonly best: number; readonly random: () => number },
): number {
  const highest = logits[best]!;
  /** Relative to the likeliest token's, whose weight is 1: no temperature, however small, makes it overflow. */
  const weightOf = (id: number): number => Math.exp((logits[id]! - highest) / temperature);
  const ids =
    topP < 1 || topK > 0 ? ranked(logits, topK > 0 ? topK : logits.length) : possible(logits);
  const nucleus = topP < 1 ? topP * ids.reduce((sum, id) => sum + weightOf(id), 0) : Infinity;
  const kept: number[] = [];
  const weights: number[] = [];
  let mass = 0;
  for (const id of ids) {
    const weight = weightOf(id);
    if (weight === 0) continue;
    kept.push(id);
    weights.push(weight);
    mass += weight;
    if (mass >= nucleus) break;
  }
  let left = random() * mass;
  for (let at = 0; at < kept.length; at++) {
    left -= weights[at]!;
    if (left < 0) return kept[at]!;
  }
  return kept.at(-1) ?? best;
}
