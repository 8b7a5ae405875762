import { koffi, type LoadedLibrary } from '@lathe/native/koffi';
import { loadedLibrary } from '@lathe/native/loaded-library';
import type { AsciiWords } from '@lathe/tokenizer/plain-encoder';
import { library } from '../library.mjs';
import { formNumbers, type KnownForm } from './form-numbers.ts';
import { begin, factCount, type Scratch, scratchOf } from './scratch.ts';
import { openWords } from './words.ts';

/** Lines: line i is `bytes.subarray(starts[i], ends[i])`, and has no number (NaN) where it is for others. */
type LinesToRead = {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly numbers: Float64Array;
};

/** The longest line and the longest example that are read. */
type Most = { readonly bytes: number; readonly tokens: number };

/** What is asked of a content before its row is one. */
type Question = {
  readonly row: number;
  /** Whether it may touch a special token, or hold personal data. */
  readonly about: 'special' | 'personal';
  readonly content: Buffer;
};

/**
 * Rows that were read, one after the other; all arrays are used again when a reader of this thread reads the next lines. Of row i, line `rows[2 * i]`
 * of the lines has the row and `rows[2 * i + 1]` examples, of as many tokens as the next ones of `examples` say. `facts` has eleven numbers a row: its
 * line's number, its tokens, the bytes of its JSON with the line end behind it, its shingles, its bands, and the hashes of both, prompt, plain, group, answer and what is asked;
 * `likeness` the shingles and bands of each.
 */
export type RowsFound = {
  readonly count: number;
  readonly rows: Int32Array;
  readonly examples: Int32Array;
  readonly facts: Float64Array;
  readonly tokens: Int32Array;
  readonly supervised: Uint8Array;
  readonly likeness: Uint32Array;
  readonly json: Uint8Array;
  readonly questions: readonly Question[];
};

export type RowReader = {
  /**
   * Reads the lines that are plain chats, or prompts with completions where it was opened for these. What is known of them is asked once
   * for each; of forms that hang on the time, once for each call. Throws a RangeError where lines have not as many starts and ends as numbers.
   */
  read(lines: LinesToRead, most: Most, known: KnownChats): RowsFound;
};

/** What a reader asks for when it first comes to it. */
type KnownChats = {
  /** The form of roles with blanks between them, undefined where there is none; of completions that of `user assistant`. */
  formOf(roles: string): KnownForm | undefined;
  /** What texts with a character beyond ASCII say, as `character_take` of c/known-characters.h takes it; no numbers: rows with it are left out. */
  character(code: number): Int32Array;
};

/** Special tokens, which texts must not hold. */
type Specials = {
  /** None is a single character. */
  readonly tokens: readonly string[];
  /** Whether a part of one at an edge of a text matters, since others stand beside it. */
  readonly areJoined: boolean;
};

/** The columns that rows have and no others, as they are called in lines. */
export type CompletionColumns = { readonly prompt: string; readonly completion: string };

/** Names that C takes: JSON has them as they are. */
const plainName = /^[ !#-[\]-~]{1,256}$/;

/** In the order of `enum role` of c/chat-scan.h. */
const roleNames = ['system', 'developer', 'user', 'assistant'];
const mostRoles = 63;
/** Lines and examples that C takes are no longer. */
const mostLength = 2 ** 31 - 1;
/** What `lathe_reader_read` stops at, by `enum stop` of c/reader.h. */
const [atForm, atRoom, atCharacter] = [1, 2, 3];
const questions = ['special', 'personal'] as const;

let calls: ReturnType<typeof load> | undefined;

function load(native: LoadedLibrary) {
  const bytes = 'const uint8_t *';
  return {
    open: native.func('lathe_reader_open', 'void *', [
      ...['void *', bytes, 'int32_t', bytes, 'int32_t'],
    ]),
    nameColumns: native.func('lathe_reader_name_columns', 'int32_t', [
      ...['void *', bytes, 'int32_t', bytes, 'int32_t'],
    ]),
    close: native.func('lathe_reader_close', 'void', ['void *']),
    takeForm: native.func('lathe_reader_take_form', 'int32_t', [
      ...['void *', bytes, 'int32_t', 'const int32_t *', 'int32_t'],
      ...[bytes, 'int32_t'],
    ]),
    forgetForms: native.func('lathe_reader_forget_forms', 'void', ['void *']),
    character: native.func('lathe_reader_character', 'int32_t', ['void *']),
    takeCharacter: native.func('lathe_reader_take_character', 'void', [
      ...['void *', 'int32_t', 'const int32_t *', 'int32_t'],
    ]),
    roles: native.func('lathe_reader_roles', 'int32_t', ['void *', 'uint8_t *']),
    read: native.func('lathe_reader_read', 'int32_t', ['void *', 'void *', 'void *']),
  };
}

/** Closes what a reader holds once nobody has it. */
const held = new FinalizationRegistry((close: () => void) => close());

/** What all readers of a thread write to. */
let scratch: Scratch | undefined;

/**
 * A reader of chats in the words of a tokenizer, or with `columns` one of completions, in C, for one thread; undefined where there is no
 * library, or C takes no columns of such names. Throws where there is no memory, or the words are not what C takes.
 * @example
 * const specials = { tokens: ['<|end|>'], areJoined: true };
 * const reader = openRowReader({ cutters: ['gpt2'], byteTokens: new Int32Array(256), merges: [], wholeWords: [] }, specials);
 */
export function openRowReader(
  words: AsciiWords,
  specials: Specials,
  columns?: CompletionColumns,
): RowReader | undefined {
  if (columns !== undefined && !areTaken(columns)) return undefined;
  const native = loadedLibrary(library);
  const opened = native && openWords(words);
  if (native === undefined || opened === undefined) return undefined;
  calls ??= load(native);
  const { open, nameColumns, close, takeForm, forgetForms, character, takeCharacter, roles, read } =
    calls;
  const { beginnings, lasts, reach } = specialBytes(specials);
  const own = open(opened.address, beginnings, beginnings.length / 2, lasts, reach);
  if (own === null) {
    opened.close();
    throw new Error('there is no memory to read rows with');
  }
  if (columns !== undefined) {
    const [prompt, completion] = [Buffer.from(columns.prompt), Buffer.from(columns.completion)];
    nameColumns(own, prompt, prompt.length, completion, completion.length);
  }
  // What is one token whatever the merges give is known of ASCII alone.
  const takesOthers = words.wholeWords.length === 0;
  let asksTime = false;
  const learn = (formOf: KnownChats['formOf']): void => {
    const known = new Uint8Array(mostRoles);
    const count = Number(roles(own, known));
    const names = Array.from(known.subarray(0, count), (role) => roleNames[role]);
    const found = formOf(names.join(' '));
    const { numbers, bytes } =
      found === undefined
        ? { numbers: new Int32Array(), bytes: new Uint8Array() }
        : formNumbers(found);
    asksTime ||= found?.form.asksTime === true;
    const isTaken =
      takeForm(own, known, count, numbers, numbers.length, bytes, bytes.length) === 1 ||
      // Rows of a form that C does not take are for others, as those without one are.
      takeForm(own, known, count, new Int32Array(), 0, new Uint8Array(), 0) === 1;
    if (!isTaken) throw new Error('a form of conversations was not understood in C');
  };
  /** Lines that C has the addresses of: nothing else may keep them from being collected. */
  const inUse = new Set<LinesToRead>();
  const reader: RowReader = {
    read(given, most, { formOf, character: factsOf }) {
      const { bytes, starts, ends, numbers } = given;
      if (starts.length !== numbers.length || ends.length !== numbers.length)
        throw new RangeError(
          `there are ${starts.length} starts and ${ends.length} ends of ${numbers.length} lines`,
        );
      // What a form says of the time holds for now.
      if (asksTime) forgetForms(own);
      asksTime = false;
      let times = 1;
      let room = scratch ?? scratchOf(times);
      scratch = room;
      begin(room);
      const lines = BigInt64Array.of(
        ...[koffi().address(bytes), BigInt(bytes.length)],
        ...[starts, ends, numbers].map((column) => koffi().address(column)),
        BigInt(numbers.length),
        ...[most.bytes, most.tokens].map((length) => BigInt(Math.min(length, mostLength))),
      );
      inUse.add(given);
      try {
        for (;;) {
          const stopped = read(own, lines, room.struct);
          if (stopped === atForm) learn(formOf);
          else if (stopped === atCharacter) {
            const code = Number(character(own));
            const told = takesOthers ? factsOf(code) : new Int32Array();
            takeCharacter(own, code, told, told.length);
          } else if (stopped === atRoom) {
            times *= 2;
            room = scratchOf(times, room);
          } else return foundIn(room);
        }
      } finally {
        inUse.delete(given);
      }
    },
  };
  held.register(reader, () => {
    close(own);
    opened.close();
  });
  return reader;
}

/** What `lathe_reader_open` takes of special tokens. */
function specialBytes({ tokens, areJoined }: Specials) {
  const all = tokens.map((token) => Buffer.from(token));
  const lasts = new Uint8Array(256);
  for (const bytes of all) lasts[bytes.at(-1) ?? 0] = 1;
  return {
    beginnings: Buffer.concat(all.map((bytes) => bytes.subarray(0, 2))),
    lasts,
    reach: areJoined ? Math.max(0, ...all.map(({ length }) => length)) : 0,
  };
}

function areTaken({ prompt, completion }: CompletionColumns): boolean {
  return prompt !== completion && plainName.test(prompt) && plainName.test(completion);
}

function foundIn(room: Scratch): RowsFound {
  const used = room.used();
  const asked: Question[] = [];
  let at = 0;
  for (let place = 0; place < used.asked; place += 3) {
    const [row, about, length] = room.asked.subarray(place, place + 3);
    const content = Buffer.from(room.askedBytes.buffer, at, length);
    asked.push({ row: row as number, about: questions[about as 0 | 1], content });
    at += length as number;
  }
  return {
    count: used.rows,
    rows: room.rows.subarray(0, 2 * used.rows),
    examples: room.examples.subarray(0, used.examples),
    facts: room.facts.subarray(0, factCount * used.rows),
    tokens: room.tokens.subarray(0, used.tokens),
    supervised: room.supervised.subarray(0, used.tokens),
    likeness: room.likeness.subarray(0, used.likeness),
    json: room.json.subarray(0, used.json),
    questions: asked,
  };
}
