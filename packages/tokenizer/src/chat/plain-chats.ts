import { TokenList } from '../token-list.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { type EncodedExample, endOfTurn, guardOf, toExample } from './chat-example.ts';
import { type ChatForm, chatForm, type FormText } from './chat-form.ts';
import { type FormStep, formSteps } from './form-steps.ts';
import type { ChatTemplate } from './rendered-chat.ts';

/** Forms that are kept: conversations of a file have few different sequences of roles. */
const keptForms = 256;

/** What messages say, as ASCII: message i has the bytes from `places[i]` to `places[i + 1]`. */
type PlainContents = { readonly bytes: Buffer; readonly places: Int32Array };

/**
 * Conversations whose messages are ASCII with a role and a content alone, in tokens without strings: the template is rendered once for
 * each sequence of roles, and what messages say is put in the places.
 */
export type PlainChats = {
  /** The form of conversations of these roles, separated by blanks; undefined where there is none. */
  formOf(roles: string): ChatForm | undefined;
  /** Whether what the form takes for granted holds of contents that are not blank. */
  fits(form: ChatForm, contents: PlainContents): boolean;
  /** Whether a content holds no special token, nor ends or begins with a part of one. */
  isApart(content: string): boolean;
  readonly specialTokens: readonly string[];
  /** The first characters of special tokens by their codes, and how many characters at an end a part of one may take: without them a content is apart. */
  readonly beginnings: Uint8Array;
  readonly endings: Uint8Array;
  readonly reach: number;
  /** The same as `encodeConversation` of contents that are apart and not blank. */
  encode(
    form: ChatForm,
    contents: PlainContents,
  ): Pick<EncodedExample<Int32Array<ArrayBuffer>>, 'tokens' | 'supervised'>[];
  /** What `encode` makes of a form's conversations, step by step; undefined where that is not known before they are encoded. */
  steps(form: ChatForm): readonly (readonly FormStep[])[] | undefined;
  /** What gives the tokens of texts; undefined where it is not byte-level BPE. */
  readonly asciiWords: NonNullable<Tokenizer['plain']>['asciiWords'];
};

/**
 * For a tokenizer and a template of simple kinds; undefined for others.
 * @example const form = createPlainChats(tokenizer, template)?.formOf('user assistant');
 */
export function createPlainChats(
  tokenizer: Tokenizer,
  template: ChatTemplate,
): PlainChats | undefined {
  const { plain, rows = Number.POSITIVE_INFINITY, vocabularySize, specialTokens } = tokenizer;
  if (plain === undefined || vocabularySize > rows) return undefined;
  // Nothing can keep apart what has no inside; and of contents the guard looks at what is between white space, which may be a part of one too.
  if (specialTokens.some((token) => [...token].length < 2 || token.trim() !== token))
    return undefined;
  const forms = new Map<string, KnownForm>();
  const guard = guardOf(tokenizer);
  const gathered = new TokenList();
  const units = createUnits();
  return {
    formOf(roles) {
      const known = forms.get(roles);
      if (known !== undefined && (known.second === undefined || known.second === secondNow()))
        return known.form;
      if (forms.size >= keptForms) forms.clear();
      const second = secondNow();
      const form = chatForm(plain, template, roles.split(' '));
      forms.set(roles, { form, second: form?.asksTime === true ? second : undefined });
      return form;
    },
    fits,
    isApart: (content) => !guard.isNeeded(content),
    specialTokens,
    beginnings: codesOf(specialTokens.map((token) => token.charCodeAt(0))),
    endings: codesOf(specialTokens.map((token) => token.charCodeAt(token.length - 1))),
    reach: Math.max(0, ...specialTokens.map(({ length }) => length)),
    encode({ examples }, contents) {
      return examples.map(({ spans, foundBy }) => {
        const targets: [number, number][] = [];
        gathered.clear();
        for (const { supervised, sections } of spans) {
          const from = gathered.length;
          for (const section of sections)
            if (typeof section === 'number') gathered.push(section);
            else appendText(plain, { section, contents, units }, gathered);
          if (!supervised) continue;
          const to =
            foundBy === 'tags' ? gathered.length : from + endOfTurn(tokenizer, gathered.from(from));
          targets.push([from, to]);
        }
        return toExample(gathered.taken(), targets, []);
      });
    },
    steps: (form) => formSteps(form, { ...tokenizer, plain }),
    asciiWords: plain.asciiWords,
  };
}

/** A form that holds in one second alone where the template asks for the time. */
type KnownForm = { readonly form: ChatForm | undefined; readonly second: number | undefined };

const secondNow = (): number => Math.floor(Date.now() / 1000);

const space = 0x20;

function fits(
  { messages, tight, lacking, notFirst, notLast }: ChatForm,
  { bytes, places }: PlainContents,
): boolean {
  const [all, ends] = [bytes, places];
  const first = (message: number): number => all[ends[message] as number] as number;
  const last = (message: number): number => all[(ends[message + 1] as number) - 1] as number;
  for (const message of tight) if (first(message) <= space || last(message) <= space) return false;
  for (const { message, code } of notFirst) if (first(message) === code) return false;
  for (const { message, code } of notLast) {
    let at = (ends[message + 1] as number) - 1;
    while ((all[at] as number) <= space) at--;
    if (all[at] === code) return false;
  }
  const said = all.subarray(0, ends[messages]);
  return lacking.every((part) => !said.includes(part));
}

function codesOf(codes: readonly number[]): Uint8Array {
  const table = new Uint8Array(128);
  for (const code of codes) if (code < 128) table[code] = 1;
  return table;
}

type Units = { of(length: number): Uint16Array };

/** An array that is used again, and grows. */
function createUnits(): Units {
  let units = new Uint16Array(4096);
  return {
    of(length) {
      if (units.length <= length) units = new Uint16Array(2 * length);
      return units;
    },
  };
}

function appendText(
  plain: NonNullable<Tokenizer['plain']>,
  {
    section,
    contents: { bytes, places },
    units: room,
  }: { readonly section: FormText; readonly contents: PlainContents; readonly units: Units },
  tokens: TokenList,
): void {
  let length = 0;
  for (const part of section)
    length +=
      typeof part === 'number'
        ? (places[part + 1] as number) - (places[part] as number)
        : part.length;
  const units = room.of(length);
  let next = 0;
  for (const part of section)
    if (typeof part === 'number') {
      const to = places[part + 1] as number;
      for (let at = places[part] as number; at < to; at++) units[next++] = bytes[at] as number;
    } else {
      units.set(part, next);
      next += part.length;
    }
  units[length] = 0;
  plain.append(units, length, tokens);
}
