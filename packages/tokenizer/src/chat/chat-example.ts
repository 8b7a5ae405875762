import { TokenizerError } from '../error.ts';
import { TokenList } from '../token-list.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Request } from './chat-places.ts';
import { renderChat } from './chat-template.ts';
import { type ControlGuard, createControlGuard } from './control-guard.ts';
import type { ChatTemplate, Message, RenderedChat, RenderOptions } from './rendered-chat.ts';
import { requireRows } from './rows.ts';
import { pickSentinels } from './sentinel.ts';

/** Tokens to train on; as an array of numbers of 32 bits where they go on to a shard. */
export type EncodedExample<Tokens extends number[] | Int32Array = number[]> = {
  tokens: Tokens;
  /** 1 where the token is a target, predicted from the one before it; never for the first token. */
  supervised: Uint8Array;
  /** How many are; with 0 there is nothing to learn, and the caller must say so. */
  supervisedTokens: number;
  /** Special tokens that stood written out in the user's text; they were encoded as plain text. */
  controlStrings: string[];
};

/** A role may be part of a control token (`<|user|>`), so it cannot be free text. */
const knownRoles = [
  'system',
  'developer',
  'user',
  'assistant',
  'tool',
  'function',
  'ipython',
  'model',
];

/**
 * Tokens of a conversation as one sequence, supervised where the assistant answers: its text and the end of its turn,
 * not its header, and not in turns of weight 0. The text is cut where an answer starts or ends, so that the
 * tokens before an answer are the tokens of its generation prompt. Throws TokenizerError for a template
 * that cannot be segmented, an unknown role, a token for which the model has no row, or a control string that
 * the template acts upon.
 * @example const { tokens } = encodeChat(tokenizer, template, [{ role: 'user', content: 'Hello' }]);
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly Message[],
  options: RenderOptions = {},
): EncodedExample {
  checkRoles(messages);
  const find = (request: Request) => renderChat(template, request.messages, request.options);
  const render = renderGuarded(tokenizer, { messages, options }, { template, find })!;
  const controlStrings = controlStringsIn(tokenizer, [messages, options.tools]);
  const encoded = encodeRendered(tokenizer, render, controlStrings);
  return { ...encoded, tokens: [...encoded.tokens] };
}

/** Throws TokenizerError for a role that is not known. */
export function checkRoles(messages: readonly Message[]): void {
  messages.forEach(({ role }, i) => {
    if (knownRoles.includes(role)) return;
    throw new TokenizerError(
      `message ${i + 1}`,
      `role ${JSON.stringify(role)} is not one of ${knownRoles.join(', ')}`,
    );
  });
}

const gathered = new TokenList();

/** Tokens of a rendered conversation, with the answers in it as targets. */
export function encodeRendered(
  tokenizer: Tokenizer,
  { rendered, guard }: GuardedRender,
  controlStrings: string[],
): EncodedExample<Int32Array<ArrayBuffer>> {
  const targets: [number, number][] = [];
  gathered.clear();
  for (const { start, end, supervised } of rendered.spans) {
    // Parts have the tokens that they would have if the whole conversation were encoded at once.
    const from = gathered.length;
    const before = from === 0 ? undefined : gathered.at(from - 1);
    tokenizer.append(gathered, rendered.text.slice(start, end), {
      special: true,
      ...(guard === undefined ? {} : { guard }),
      ...(before === undefined ? {} : { after: tokenizer.isAdded(before) ? 'token' : 'text' }),
    });
    const to =
      rendered.foundBy === 'tags'
        ? gathered.length
        : from + endOfTurn(tokenizer, gathered.from(from));
    if (supervised) targets.push([from, to]);
  }
  const tokens = gathered.taken();
  requireRows(tokenizer, tokens);
  return toExample(tokens, targets, controlStrings);
}

/** Rendered text in which the guard still stands inside the control strings of the user's text, where there are any. */
export type GuardedRender = { rendered: RenderedChat; guard: string | undefined };

type Finder = {
  template: ChatTemplate;
  /** Renders and finds the answers; undefined where it does not find them. */
  find: (request: Request) => RenderedChat | undefined;
};

/** Renders with a sentinel inside the control strings of the user's text; undefined where `find` is. */
export function renderGuarded(
  tokenizer: Tokenizer,
  { messages, options }: Request,
  { template, find }: Finder,
): GuardedRender | undefined {
  const plain = find({ messages, options });
  if (plain === undefined) return undefined;
  const control = guardOf(tokenizer);
  if (!control.isNeeded([messages, options.tools])) return { rendered: plain, guard: undefined };
  const [guard] = pickSentinels(1, plain.text + JSON.stringify([messages, options.tools])) as [
    string,
  ];
  const guarded = messages.map((message) => ({
    ...control.guard(message, guard),
    role: message.role,
  }));
  const tools = control.guard(options.tools, guard);
  if (!JSON.stringify([guarded, tools]).includes(guard)) return { rendered: plain, guard };
  const rendered = find({ messages: guarded, options: { ...options, tools } });
  if (rendered === undefined) return undefined;
  if (rendered.text.replaceAll(guard, '') !== plain.text) {
    const problem =
      'the chat template acts upon a control string in the text, so it cannot be kept as plain text';
    throw new TokenizerError(template.source, problem);
  }
  return { rendered, guard };
}

const guards = new WeakMap<Tokenizer, ControlGuard>();

/** A vocabulary can hold hundreds of special tokens, so its guard is built once. */
export function guardOf(tokenizer: Tokenizer): ControlGuard {
  const guard = guards.get(tokenizer) ?? createControlGuard(tokenizer.specialTokens);
  guards.set(tokenizer, guard);
  return guard;
}

/**
 * Where the end-of-turn token of an answer ends. Prefixes cannot tell it from the blanks that a template
 * puts after it, which no model ever writes; without a special token the blanks themselves end the turn.
 */
export function endOfTurn(tokenizer: Tokenizer, part: Int32Array): number {
  const last = part.findLastIndex((token) => tokenizer.isSpecial(token)) + 1;
  return last > 0 && tokenizer.decode(part.subarray(last)).trim() === '' ? last : part.length;
}

/** Special tokens written out anywhere in the strings of `value`. */
export function controlStringsIn(tokenizer: Tokenizer, value: unknown): string[] {
  const found = new Set<string>();
  const visit = (inner: unknown): void => {
    if (typeof inner === 'string')
      for (const control of tokenizer.controlStrings(inner)) found.add(control);
    else if (Array.isArray(inner)) inner.forEach(visit);
    else if (typeof inner === 'object' && inner !== null)
      for (const [key, value] of Object.entries(inner)) {
        visit(key);
        visit(value);
      }
  };
  visit(value);
  return [...found];
}

/** Puts an example together; the first token has nothing before it to be predicted from. */
export function toExample<Tokens extends number[] | Int32Array>(
  tokens: Tokens,
  /** From where to where tokens are targets, the second not included. */
  targets: readonly (readonly [from: number, to: number])[],
  controlStrings: string[],
): EncodedExample<Tokens> {
  const supervised = new Uint8Array(tokens.length);
  let supervisedTokens = 0;
  for (const [from, to] of targets) {
    const first = Math.max(1, from);
    supervised.fill(1, first, to);
    supervisedTokens += Math.max(0, to - first);
  }
  return { tokens, supervised, supervisedTokens, controlStrings };
}
