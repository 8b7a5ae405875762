import { renderGoTemplate } from './go-template.ts';

export type ChatMessage = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/** What a chat template makes of a conversation, with the header of an answer behind it where `open`. */
export type RenderChat = (messages: readonly ChatMessage[], open: boolean) => string;

/** A template of Ollama's that renders what a chat template does, or why there is none. */
export type OllamaTemplate =
  | {
      readonly template: string;
      /** Conversations that both rendered alike. */
      readonly proved: number;
      /** What the two render differently all the same, in sentences. */
      readonly differences: readonly string[];
    }
  | { readonly template: undefined; readonly reason: string };

/** Contents that stand for messages where the texts around them are looked for. */
const marks = {
  system: 'qz0system0zq',
  users: ['qz1first1zq', 'qz2second2zq', 'qz3third3zq'],
  answers: ['qz4answer4zq', 'qz5more5zq'],
} as const;

const system = (content: string): ChatMessage => ({ role: 'system', content });
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

/** Conversations that are about to be answered; both templates must render all of them alike. */
const opened: readonly (readonly ChatMessage[])[] = [
  [user('Where is my parcel?')],
  [system('You are terse.'), user('Where is my parcel?')],
  [user('Hi'), assistant('Hello! How can I help?'), user('Where is it?')],
  [system('Answer in French.\n\n- briefly'), user('Hi'), assistant('Bonjour'), user('1 + 1 < 3?')],
  [
    system('You are "Ada" & you write code.'),
    user('def f():\n    return 1'),
    assistant('```\n    return 2\n```'),
    user('{{ name }} — übrigens 你好 🙂'),
    assistant('{% if x %}'),
    user('thanks'),
  ],
  [
    user('a'),
    assistant('b'),
    user('c'),
    assistant('d'),
    user('e'),
    assistant('f'),
    user('[INST] g </s>'),
  ],
];
/** Conversations that end with an answer, as they are trained on. */
const closed: readonly (readonly ChatMessage[])[] = [
  [user('q'), assistant('yes')],
  [system('s'), user('q'), assistant('yes')],
  [user('q'), assistant('yes'), user('r'), assistant('no')],
];
/** All of them. */
export const conversations: readonly (readonly ChatMessage[])[] = [...opened, ...closed];
const padded = [user('\n  two blanks and a line end \n')];

/**
 * Derives the template from the texts that a chat template puts around the messages of a few conversations, and proves
 * it: the two must render the same on every conversation of a fixed list.
 */
export function deriveOllamaTemplate(render: RenderChat): OllamaTemplate {
  try {
    return derive(render);
  } catch (error) {
    if (!(error instanceof Underivable)) throw error;
    return { template: undefined, reason: error.message };
  }
}

class Underivable extends Error {}

function derive(render: RenderChat): OllamaTemplate {
  const differences: string[] = [];
  const turns = turnParts(render);
  const own = systemParts(render, differences);
  const takes = ([first]: readonly ChatMessage[]): boolean =>
    own !== undefined || first?.role !== 'system';
  const tries = opened.filter(takes);
  const isProved = (template: string): boolean =>
    tries.every((messages) => ollama(template, messages) === tried(render, messages, true));
  const template = candidates(turns, own).find(isProved);
  if (template === undefined)
    throw new Underivable('what stands around a message depends on more than roles and places');
  if (closed.filter(takes).some((messages) => isOtherwise(template, render, messages)))
    differences.push(
      'The chat template ends a conversation whose last turn is an answer otherwise; Ollama asks for answers only.',
    );
  if (ollama(template, padded) !== tried(render, padded, true))
    differences.push('The chat template strips the blanks around messages; Ollama leaves them.');
  return { template, proved: tries.length, differences };
}

function isOtherwise(
  template: string,
  render: RenderChat,
  messages: readonly ChatMessage[],
): boolean {
  try {
    return ollama(template, messages) !== tried(render, messages, false);
  } catch (error) {
    if (error instanceof Underivable) return true;
    throw error;
  }
}

/** What the template's own complaint becomes. */
function tried(render: RenderChat, messages: readonly ChatMessage[], open: boolean): string {
  try {
    return render(messages, open);
  } catch (error) {
    const roles = messages.map(({ role }) => role).join(', ');
    throw new Underivable(`it refuses ${roles}: ${(error as Error).message}`);
  }
}

/** A conversation as Ollama gives it to a template. */
function ollama(template: string, messages: readonly ChatMessage[]): string {
  return renderGoTemplate(template, {
    System: messages.find(({ role }) => role === 'system')?.content ?? '',
    Messages: messages.map(({ role, content }) => ({ Role: role, Content: content })),
  });
}

/** The texts before, between and behind the marks. */
function parts(text: string, contents: readonly string[]): string[] {
  const found: string[] = [];
  let rest = text;
  for (const content of contents) {
    const at = rest.indexOf(content);
    if (at < 0) throw new Underivable('it leaves messages out or changes their order');
    found.push(rest.slice(0, at));
    rest = rest.slice(at + content.length);
  }
  return [...found, rest];
}

type TurnParts = {
  /** Before the first user's turn, and before a later one. */
  readonly first: string;
  readonly later: string;
  readonly close: string;
  readonly answer: string;
  readonly answerEnd: string;
  /** What asks for an answer. */
  readonly prompt: string;
};

function turnParts(render: RenderChat): TurnParts {
  const [one, two] = marks.users;
  const [answered] = marks.answers;
  const turns = [user(one), assistant(answered), user(two)];
  const [first, toAnswer, toUser, end] = parts(tried(render, turns, true), [
    one,
    answered,
    two,
  ]) as [string, string, string, string];
  const answerEnd = endOfAnswer(render, toUser);
  const alone = parts(tried(render, [user(one)], false), [one])[1]!;
  // Some end a conversation that nobody answers in a way of its own.
  const isClose = toAnswer.startsWith(alone) && end.startsWith(alone);
  const close = isClose ? alone : commonStart(toAnswer, end);
  return {
    first,
    later: toUser.slice(answerEnd.length),
    close,
    answer: toAnswer.slice(close.length),
    answerEnd,
    prompt: end.slice(close.length),
  };
}

function commonStart(one: string, two: string): string {
  let length = 0;
  while (length < one.length && one[length] === two[length]) length++;
  return one.slice(0, length);
}

/** What stands behind an answer that ends a conversation, if the same stands behind one in its middle. */
function endOfAnswer(render: RenderChat, toUser: string): string {
  const [one] = marks.users;
  const [answered] = marks.answers;
  const ended = parts(tried(render, [user(one), assistant(answered)], false), [one, answered])[2]!;
  return toUser.startsWith(ended) ? ended : '';
}

type SystemParts = {
  readonly open: string;
  readonly close: string;
  /** Before the user's turn that follows. */
  readonly user: string;
};

/** Undefined where the chat template takes no system turn, which `differences` then say. */
function systemParts(render: RenderChat, differences: string[]): SystemParts | undefined {
  const [one] = marks.users;
  let text: string;
  try {
    text = render([system(marks.system), user(one)], false);
  } catch {
    differences.push('The chat template takes no system turn; Ollama leaves it out.');
    return undefined;
  }
  const [open, between] = parts(text, [marks.system, one]) as [string, string];
  const close = closeOfSystem(render, between);
  return { open, close, user: between.slice(close.length) };
}

function closeOfSystem(render: RenderChat, between: string): string {
  try {
    const alone = parts(render([system(marks.system)], false), [marks.system])[1]!;
    return between.startsWith(alone) ? alone : '';
  } catch {
    // A template that wants a user's turn tells nothing more: all of it goes before that one.
    return '';
  }
}

/**
 * Turns by role and place, and the request for an answer behind a last turn that is none. Ollama's messages never have
 * two of one role in a row, and a system turn only in front. What the system says has a turn of its own, or opens the
 * user's first turn, which reads the same; or it opens the last.
 */
function candidates(turns: TurnParts, own: SystemParts | undefined): string[] {
  const texts = [...Object.values(turns), ...Object.values(own ?? {})];
  if (texts.some((text) => /\{\{|\}\}|"""/.test(text)))
    throw new Underivable('it has braces or quotes that a Modelfile reads as its own');
  const { first, later } = turns;
  if (own === undefined)
    return [compose(turns, { turn: '', opening: byPlace(first, first, later) })];
  const turn = `{{ if eq .Role "system" }}${own.open}{{ .Content }}${own.close}{{ end }}`;
  const inFront = compose(turns, { turn, opening: byPlace(first, own.user, later) });
  if (!own.open.startsWith(first)) return [inFront];
  const before = own.open.slice(first.length);
  const said = `{{ if and $last $.System }}${before}{{ $.System }}${own.close}${own.user}{{ end }}`;
  return [inFront, compose(turns, { turn: '', opening: `${byPlace(first, first, later)}${said}` })];
}

/** What opens a user's turn: the first of all turns is number 0, and the one behind a system turn number 1. */
function byPlace(first: string, second: string, later: string): string {
  if (first === later && second === later) return later;
  if (first === second) return `{{ if or (eq $i 0) (eq $i 1) }}${first}{{ else }}${later}{{ end }}`;
  return `{{ if eq $i 0 }}${first}{{ else if eq $i 1 }}${second}{{ else }}${later}{{ end }}`;
}

function compose(
  { close, answer, answerEnd, prompt }: TurnParts,
  { turn, opening }: { readonly turn: string; readonly opening: string },
): string {
  const userTurn = `{{ if eq .Role "user" }}${opening}{{ .Content }}${close}{{ end }}`;
  const answerTurn = `{{ if eq .Role "assistant" }}${answer}{{ .Content }}${answerEnd}{{ end }}`;
  const ask = prompt === '' ? '' : `{{ if and $last (ne .Role "assistant") }}${prompt}{{ end }}`;
  const all = `${turn}${userTurn}${answerTurn}${ask}`;
  const last = all.includes('$last') ? '{{ $last := eq (len (slice $.Messages $i)) 1 }}' : '';
  return `{{ range $i, $_ := .Messages }}${last}${all}{{ end }}`;
}
