import { createJsonScanner, type JsonScanner } from './json-scanner.ts';
import { idPlace, keysOf, pythonTag, type ToolForm } from './tool-form.ts';

/** What is read of an answer: text, the beginning of a call, a piece of its arguments as the model writes them. */
export type AnswerPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly index: number; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string };

type Place = 'text' | 'between' | 'head' | 'arguments' | 'rest';

/** Reads an answer piece by piece. */
export type ToolReader = {
  push(text: string): AnswerPart[];
  /** What was held back: the beginning of a call that never came is text. */
  end(): AnswerPart[];
};

/**
 * Finds the calls in an answer, whichever way it was cut into pieces. A call's name comes out when it is whole, its
 * arguments as they come. More is read than the template writes: white space, the usual names of the keys, calls in a
 * list, arguments as a text of JSON. What looks like a call and is none stays text.
 * @example createToolReader(form).push('<tool_call>{"name": "f", "arguments": {}}</tool_call>');
 */
export function createToolReader(form: ToolForm): ToolReader {
  const { opener } = form;
  const keys = keysOf(form);
  const head = headPattern(form, keys);
  /** What may stand between calls: brackets, commas, what opens and closes calls. */
  const marks = [opener, closingMark(form), pythonTag, ...separators(form)].filter(
    (mark) => mark !== '',
  );
  const between = new RegExp(
    `^(?:[\\s,;[\\]]|${marks.map((mark) => RegExp.escape(mark)).join('|')})+`,
  );
  let place: Place = 'text';
  let isBegun = false;
  let held = '';
  /** What was taken of `held` since the last text or call, which is text after all where no call follows. */
  let raw = '';
  let calls = 0;
  let scanner: JsonScanner | undefined;
  let parts: AnswerPart[] = [];

  const say = (text: string): void => {
    if (text === '') return;
    const last = parts.at(-1);
    if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text };
    else parts.push({ kind: 'text', text });
  };
  const take = (length: number): void => {
    raw += held.slice(0, length);
    held = held.slice(length);
  };
  /** What was taken for a call is text, and the rest is looked at again. */
  const giveUp = (): void => {
    const from = calls === 0 ? 0 : raw.lastIndexOf(opener);
    // Marks behind a call say nothing.
    if (calls === 0 || place === 'head') say(raw.slice(Math.max(from, 0)));
    raw = '';
    isBegun = true;
    place = 'text';
  };
  const begin = (name: string): void => {
    parts.push({ kind: 'call', index: calls++, name });
    raw = '';
  };
  const argue = (text: string): void => {
    if (text !== '') parts.push({ kind: 'arguments', index: calls - 1, text });
  };

  /** Each reads on from its place; false: more text is needed. */
  const steps: Record<Place, () => boolean> = {
    text() {
      if (opener === '') {
        // Only an answer that begins with a call is one.
        if (isBegun) {
          say(held);
          held = '';
          return false;
        }
        const start = held.trimStart();
        if (start === '' || pythonTag.startsWith(start)) return false;
        if (start.startsWith('{') || start.startsWith('[') || start.startsWith(pythonTag))
          place = 'between';
        isBegun = true;
        return true;
      }
      const at = held.indexOf(opener);
      if (at < 0) {
        const kept = heldBack(held, opener);
        say(held.slice(0, held.length - kept));
        held = held.slice(held.length - kept);
        return false;
      }
      // White space before a call is the template's.
      say(held.slice(0, at).trimEnd());
      held = held.slice(at);
      take(opener.length);
      place = form.style === 'framed' ? 'head' : 'between';
      return true;
    },
    between() {
      take(between.exec(held)?.[0].length ?? 0);
      if (held === '' || marks.some((mark) => mark.startsWith(held))) return false;
      const isCall =
        form.style === 'object'
          ? held.startsWith('{')
          : [opener, ...separators(form)].some((mark) => raw.includes(mark));
      if (isCall) place = 'head';
      else giveUp();
      return true;
    },
    head() {
      const found = head.exec(held);
      if (found !== null) {
        const name = form.style === 'framed' ? found[1]?.trim() : nameIn(found[1] ?? '""');
        if (name === undefined || name === '') {
          giveUp();
          return true;
        }
        begin(name);
        held = held.slice(found[0].length);
        scanner = createJsonScanner();
        place = 'arguments';
        return true;
      }
      if (form.style === 'framed') return false;
      // Keys in another order, arguments as text, or no call at all: told when all of it is there.
      const end = createJsonScanner().push(held);
      if (end === undefined) return false;
      const call = callIn(held.slice(0, end), keys);
      if (call === undefined) {
        giveUp();
        return true;
      }
      begin(call.name);
      argue(call.arguments);
      held = held.slice(end);
      place = 'between';
      return true;
    },
    arguments() {
      const end = scanner?.push(held);
      argue(held.slice(0, end ?? held.length));
      held = end === undefined ? '' : held.slice(end);
      if (end === undefined) return false;
      // Of the object that the arguments stand in, the rest says nothing.
      scanner = createJsonScanner('{');
      place = form.style === 'object' ? 'rest' : 'between';
      return true;
    },
    rest() {
      const end = scanner?.push(held);
      held = end === undefined ? '' : held.slice(end);
      if (end !== undefined) place = 'between';
      return end !== undefined;
    },
  };
  const told = (): AnswerPart[] => {
    const found = parts;
    parts = [];
    return found;
  };
  return {
    push(text) {
      held += text;
      while (held !== '' && steps[place]());
      return told();
    },
    end() {
      for (;;) {
        while (held !== '' && steps[place]());
        if (place !== 'between' && place !== 'head') break;
        giveUp();
      }
      if (place === 'text') say(held);
      return told();
    },
  };
}

/** A call that was read whole; `arguments` is what the model wrote for them. */
export type ReadCall = { readonly name: string; readonly arguments: string };

/** The text of a whole answer and its calls. */
export function readCalls(form: ToolForm, answer: string): { text: string; calls: ReadCall[] } {
  const reader = createToolReader(form);
  let text = '';
  const calls: { name: string; arguments: string }[] = [];
  for (const part of [...reader.push(answer), ...reader.end()]) {
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'call') calls.push({ name: part.name, arguments: '' });
    else (calls[part.index] as { arguments: string }).arguments += part.text;
  }
  return { text, calls };
}

/** How much of the end of a text may belong to what opens a call: white space, and a part of the opener. */
function heldBack(text: string, opener: string): number {
  let size = Math.min(opener.length - 1, text.length);
  while (size > 0 && !text.endsWith(opener.slice(0, size))) size--;
  const before = text.slice(0, text.length - size);
  return text.length - before.trimEnd().length;
}

/** What ends a call besides the brackets of its JSON. */
function closingMark({ close }: ToolForm): string {
  return close.replace(/^[\s}\]]*/, '').trimEnd();
}

/** What a call that follows another begins with where its name stands outside of JSON. */
function separators({ style, separator }: ToolForm): string[] {
  return style === 'object' || separator === null ? [] : [separator.trim()];
}

type Keys = ReturnType<typeof keysOf>;

/** What stands before the object of a call's arguments; its first group is the name. */
function headPattern({ style, middle }: ToolForm, keys: Keys): RegExp {
  if (style === 'framed') {
    const written = middle
      .trim()
      .split(idPlace)
      .map((text) => RegExp.escape(text));
    return new RegExp(`^([^{]*?)${written.join('[^{]*?')}\\s*(?=\\{)`);
  }
  const either = (key: string | undefined, others: readonly string[]) =>
    [...new Set([key ?? '', ...others])].filter((each) => each !== '').join('|');
  const name = either(keys?.name, ['name']);
  const told = either(keys?.arguments, ['arguments', 'parameters']);
  return new RegExp(
    `^\\{\\s*(?:"type"\\s*:\\s*"function"\\s*,\\s*)?"(?:${name})"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")\\s*,\\s*"(?:${told})"\\s*:\\s*(?=\\{)`,
    's',
  );
}

function nameIn(json: string): string | undefined {
  const name = parsed(json);
  return typeof name === 'string' ? name : undefined;
}

/** A call from the text of its object. */
function callIn(json: string, keys: Keys): ReadCall | undefined {
  const value = parsed(json);
  if (!isObject(value)) return undefined;
  const inner = isObject(value.function) ? value.function : value;
  const name = inner[keys?.name ?? 'name'] ?? inner.name;
  const told = inner[keys?.arguments ?? 'arguments'] ?? inner.arguments ?? inner.parameters ?? {};
  if (typeof name !== 'string' || name === '') return undefined;
  return { name, arguments: typeof told === 'string' ? told : JSON.stringify(told) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
