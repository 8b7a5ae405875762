import type { PlainChats } from '@lathe/tokenizer/plain-chats';
import { plainOfAscii } from '../ascii-text.ts';
import { bandsOf } from '../clean/minhash.ts';
import { personalDataIn } from '../clean/personal-data.ts';
import { mayHoldPersonalData } from '../clean/plain-signs.ts';
import { shinglesOfWords } from '../clean/shingles.ts';
import { asciiWordHashes } from '../clean/words.ts';
import { groupWordsOfAscii } from '../group-words.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { hash } from '../pack/split.ts';
import type { Line } from '../read/lines.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { PlainChat } from './plain-chat.ts';
import type { LineRead, RightRow, RowLimits } from './row-task.ts';

/** Reads a line that is plain: the same as `readLineRows` gives; undefined of any other, which goes the usual way. */
type PlainReader = (line: Line) => LineRead | undefined;

const utf8 = new TextEncoder();
const chat = new PlainChat();
let scratch = Buffer.alloc(4096);
const [lineFeed, space] = [0x0a, 0x20];
/** The role of the column that chats stand in, and what it is usually called. */
const column = 'messages';
/** Levels of a chat's JSON. */
const depth = 3;

/**
 * A reader of plain chats, from the bytes of a line to its tokens, hashes and JSON without an object or a text between: of messages in
 * ASCII with which nothing is wrong and of which there is nothing to tell. undefined where the lesson or the model's files are of
 * another kind.
 */
export function createPlainReader(
  { plain: chats, check }: PlacedEncoder,
  task: { readonly lesson: Lesson; readonly limits: RowLimits },
): PlainReader | undefined {
  const { limits } = task;
  if (chats === undefined || !mayBePlain(task)) return undefined;
  const { beginnings, endings, reach } = chats;
  const isFree = checkContents(chats, limits);
  /** Whether a content is apart from special tokens and holds no personal data. */
  const isClean = (content: Buffer): boolean => {
    let text: string | undefined;
    if (mayTouch(content, { beginnings, endings, reach })) {
      text = content.toString('latin1');
      if (!isFree.special(text)) return false;
    }
    if (!mayHoldPersonalData(content)) return true;
    return isFree.personal(text ?? content.toString('latin1'));
  };
  return (line) => {
    if (!('bytes' in line) || line.told !== undefined || line.bytes.length > limits.maxLineBytes)
      return undefined;
    if (!chat.read(line.bytes)) return undefined;
    const form = chats.formOf(chat.roles);
    if (form === undefined) return undefined;
    for (let at = 0; at < chat.count; at++) if (!isClean(chat.content(at))) return undefined;
    const { contents: bytes, places } = chat;
    if (!chats.fits(form, { bytes, places })) return undefined;
    const examples = chats
      .encode(form, { bytes, places })
      .map(({ tokens, supervised }) => ({ tokens, supervised }));
    if (examples.some(({ tokens }) => tokens.length > limits.maxTokens)) return undefined;
    if (examples.some((example) => check(example).length > 0)) return undefined;
    const { number } = line;
    const several = examples.length > 1 ? `,"examples":${examples.length}` : '';
    const before = utf8.encode(`{"kind":"chat","line":${number},"messages":[`);
    const messages = chat.json.subarray(0, chat.ends[chat.count - 1]);
    const after = utf8.encode(`]${several}}`);
    const json = new Uint8Array(before.length + messages.length + after.length);
    json.set(before);
    json.set(messages, before.length);
    json.set(after, before.length + messages.length);
    const right: RightRow = {
      parts: [{ json, examples }],
      hasControl: false,
      ...identity(),
      personal: [],
    };
    return { number, issues: [], right };
  };
}

/** Whether a content that has a sign of it is free of what keeps a row from being plain: of special tokens, of personal data. */
export type ContentCheck = Readonly<Record<'special' | 'personal', (content: string) => boolean>>;

/** How contents are looked at that have such a sign. */
export function checkContents(
  texts: Pick<PlainChats, 'isApart'>,
  { personal }: Pick<RowLimits, 'personal'>,
): ContentCheck {
  const spared = new Set(personal?.allowed.map((text) => text.toLowerCase()));
  return {
    special: texts.isApart,
    personal: (content) => personalDataIn(content, spared).length === 0,
  };
}

/** Whether lines that are read so may be plain. */
export function mayBePlain({
  lesson,
  limits: { mend, maxDepth },
}: {
  readonly lesson: Lesson;
  readonly limits: RowLimits;
}): boolean {
  return areChats(lesson) && mend !== true && maxDepth >= depth;
}

/** Whether the lines of a lesson are chats as they are. */
function areChats({ rows, task, answers, reading }: Lesson): boolean {
  if (rows !== 'chat' || task !== 'generation' || answers !== undefined) return false;
  if (reading === undefined) return true;
  const taken = Object.entries(reading.columns).filter(([, names]) => names.includes(column));
  return reading.format === 'chat' && taken.length === 1 && taken[0]?.[0] === column;
}

/** Whether a content has a beginning of a special token anywhere, or its last character near its own beginning. */
function mayTouch(
  content: Uint8Array,
  {
    beginnings,
    endings,
    reach,
  }: { readonly beginnings: Uint8Array; readonly endings: Uint8Array; readonly reach: number },
): boolean {
  for (let at = 0; at < content.length; at++)
    if (beginnings[content[at] as number] === 1) return true;
  let from = 0;
  while (from < content.length && (content[from] as number) <= space) from++;
  const to = Math.min(content.length, from + reach);
  for (let at = from; at < to; at++) if (endings[content[at] as number] === 1) return true;
  return false;
}

/** What the chat is told from others by. */
function identity(): Pick<RightRow, 'hashes' | 'likeness'> {
  const { contents, places, count } = chat;
  const most = contents.length + chat.json.length + 16;
  if (scratch.length < most) scratch = Buffer.alloc(most);
  // Users are every second one, the last of which stands before the answer.
  let length = 0;
  for (let at = count % 2; at < count; at += 2) {
    if (length > 0) scratch[length++] = lineFeed;
    scratch.set(chat.content(at), length);
    length += (places[at + 1] as number) - (places[at] as number);
  }
  const prompt = scratch.subarray(0, length);
  const answer = trimmed(chat.content(count - 1));
  scratch[length] = 0;
  scratch.set(answer, length + 1);
  // A NUL parts words as a line end does.
  const words = asciiWordHashes(scratch.subarray(0, length + 1 + answer.length));
  const shingles = shinglesOfWords(words);
  const grouped = groupWordsOfAscii(prompt);
  const ofPrompt = {
    prompt: hash(prompt),
    group: hash(grouped.length === 0 ? prompt : grouped),
    plain: hash(plainOfAscii(prompt)),
  };
  const before = asked();
  const ofAsked = hash(before);
  scratch[before.length] = 0;
  scratch.set(answer, before.length + 1);
  const both = hash(scratch.subarray(0, before.length + 1 + answer.length));
  const hashes = { ...ofPrompt, both, answer: hash(answer), asked: ofAsked };
  return { hashes, likeness: { shingles, bands: bandsOf(shingles) } };
}

/** As `askedOf` of look.ts writes it. */
function asked(): Uint8Array {
  const end = chat.ends[chat.count - 2] as number;
  let length = scratch.write('[[],[', 'latin1');
  scratch.set(chat.json.subarray(0, end), length);
  length += end;
  length += scratch.write(']]', length, 'latin1');
  return scratch.subarray(0, length);
}

function trimmed(content: Buffer): Buffer {
  let [from, to] = [0, content.length];
  while ((content[from] as number) <= space) from++;
  while ((content[to - 1] as number) <= space) to--;
  return content.subarray(from, to);
}
