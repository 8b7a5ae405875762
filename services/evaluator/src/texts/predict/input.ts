import { LatheError } from '@lathe/contracts/error';
import type { Asked, Prediction } from '@lathe/contracts/message/prediction';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import type { EngineText } from '../../engine/engine.ts';
import { checkBytes } from '../length.ts';
import { type ModelKit, templateOf, withoutSource } from '../model-kit.ts';
import type { ServedTask } from '../served-task.ts';

export type TextWindow = ReturnType<Tokenizer['encodeWindows']>[number];

/** One input as the engine reads it: a text, or windows of one, and what its answer is made with. */
export type EncodedInput<Sheet = unknown> = {
  readonly texts: readonly EngineText[];
  /** Of a fill-mask question, the masked tokens of each text. */
  readonly places?: readonly Int32Array[];
  readonly sheet: Sheet;
};

/** The asked thing without its inputs, which have become tokens. */
export type Options<Kind extends Asked['kind']> = Omit<Extract<Asked, { kind: Kind }>, 'inputs'>;
type Input<Kind extends Asked['kind']> = Extract<Asked, { kind: Kind }>['inputs'][number];

/** A model and what turns texts into its tokens; `param` names the input at fault. */
export type Reader = {
  readonly kit: ModelKit;
  readonly model: {
    readonly name: string;
    /** Most tokens of a text. */
    readonly room: number;
    readonly task: ServedTask;
  };
};

/** How one kind of question is read, and its answer. */
export type Handler<Kind extends Asked['kind'], Sheet> = {
  /** Makes tokens of one input. Throws LatheError that names `param`. */
  encode(
    reader: Reader,
    input: Input<Kind>,
    about: { readonly options: Options<Kind>; readonly param: string },
  ): EncodedInput<Sheet>;
  /** Makes the answer of the engine's results for the input's texts. */
  read(
    reader: Reader,
    sheet: Sheet,
    about: { readonly options: Options<Kind>; readonly results: readonly Float32Array[] },
  ): Prediction;
};

/** One window over the whole of one or two texts. Throws `context_length_exceeded` and `invalid_value`. */
export function wholeWindow(
  reader: Reader,
  texts: readonly [string] | readonly [string, string],
  { param, special = false }: { readonly param: string; readonly special?: boolean },
): TextWindow {
  const { tokenizer } = reader.kit;
  const { room } = reader.model;
  checkBytes(texts, tokenizer, { room, param, what: `'${param}' has` });
  const [window] = windowsOf(reader, texts, {
    param,
    special,
    maxTokens: Number.POSITIVE_INFINITY,
  });
  const count = window?.tokens.length ?? 0;
  if (window === undefined || count === 0)
    throw new LatheError('invalid_value', `Invalid value for '${param}': it has no tokens.`, {
      param,
    });
  requireRoom(reader, count, param);
  return window;
}

/**
 * What a text, or two, is read as by a model that scores it: as they are, or by one that was taught conversations as what
 * a user says and what is answered. Throws as `wholeWindow` does.
 */
export function scoredText(
  reader: Reader,
  { text, pair }: { readonly text: string; readonly pair: string | null },
  param: string,
): EngineText {
  const { kit, model } = reader;
  if (model.task.type !== 'reward' || !model.task.isChat)
    return engineText(kit, wholeWindow(reader, pair === null ? [text] : [text, pair], { param }));
  const asked = { role: 'user', content: text };
  const messages = pair === null ? [asked] : [asked, { role: 'assistant', content: pair }];
  const texts = messages.map(({ content }) => content);
  checkBytes(texts, kit.tokenizer, { room: model.room, param, what: `'${param}' has` });
  try {
    const { tokens } = encodeChat(kit.tokenizer, templateOf(kit, model.name), messages);
    requireRoom(reader, tokens.length, param);
    return { tokens: Int32Array.from(tokens) };
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    const message = `Invalid value for '${param}': ${withoutSource(error)}.`;
    throw new LatheError('invalid_value', message, { param, cause: error });
  }
}

function requireRoom({ model: { room, name } }: Reader, count: number, param: string): void {
  if (count <= room) return;
  throw new LatheError(
    'context_length_exceeded',
    `'${param}' has ${count} tokens, but '${name}' takes at most ${room}.`,
    { param },
  );
}

/** Most windows of one input: each is as much work as a text of its own. */
const mostWindows = 512;

/** Windows over the last of the texts. Throws `invalid_value` where one has no room, or there are too many. */
export function windowsOf(
  { kit }: Reader,
  texts: readonly [string] | readonly [string, string],
  about: {
    readonly param: string;
    readonly maxTokens: number;
    readonly stride?: number;
    readonly special?: boolean;
  },
): TextWindow[] {
  const { param, maxTokens, stride = 0, special = false } = about;
  const refuse = (problem: string, cause?: unknown): never => {
    const message = `Invalid value for '${param}': ${problem}.`;
    throw new LatheError('invalid_value', message, { param, cause });
  };
  const longest = texts.at(-1)?.length ?? 0;
  if (longest > mostWindows * (maxTokens - stride) * 64)
    refuse(`its ${longest} characters make more than ${mostWindows} windows`);
  try {
    const windows = kit.tokenizer.encodeWindows(texts, { maxTokens, stride, special });
    if (windows.length > mostWindows)
      refuse(`it makes ${windows.length} windows; at most ${mostWindows} are read`);
    return windows;
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message, error);
    if (error instanceof TokenizerError) return refuse(withoutSource(error), error);
    throw error;
  }
}

/** A window as the engine takes it. */
export function engineText({ config }: ModelKit, { tokens, typeIds }: TextWindow): EngineText {
  const hasTypes = config.kind === 'encoder' && config.tokenTypes > 1;
  return {
    tokens: Int32Array.from(tokens),
    ...(hasTypes && { types: Int32Array.from(typeIds) }),
  };
}

/** Turns places in UTF-16 units of a text into places in code points, as Python counts them. */
export function codePoints(text: string): (unit: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (unit) => unit;
  const before = new Int32Array(text.length + 1);
  let count = 0;
  for (let unit = 0; unit < text.length; unit++) {
    before[unit] = count;
    const isFirstHalf = (text.codePointAt(unit) ?? 0) > 0xffff;
    if (!isFirstHalf) count++;
  }
  before[text.length] = count;
  return (unit) => before[unit] ?? count;
}

/** e^x / Σ e^x in float64. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(scores);
  const most = values.reduce(
    (highest, value) => Math.max(highest, value),
    Number.NEGATIVE_INFINITY,
  );
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const value = Math.exp((values[at] as number) - most);
    values[at] = value;
    sum += value;
  }
  return values.map((value) => value / sum);
}

/** The place of the largest number, the first of several. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++)
    if ((values[at] as number) > (values[best] as number)) best = at;
  return best;
}
