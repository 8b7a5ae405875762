import type { GenerationRow } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { Line } from './lines.ts';
import { parseLine } from './parse.ts';

export type FileKind = GenerationRow['kind'];

const wanted =
  'Wanted is JSON Lines: one object a line, either {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]} or {"prompt": "…", "completion": "…"}, or {"text": "…"}.';

/** What the rows of a job are to teach: single answers, which of two is better, or which are good. */
export type Lesson = 'answers' | 'preferences' | 'judgements';

const lessonOf: Readonly<Record<FileKind, Lesson>> = {
  chat: 'answers',
  completion: 'answers',
  text: 'answers',
  preference: 'preferences',
  judged: 'judgements',
};
const takers: Readonly<Record<Lesson, string>> = {
  answers: 'They are for the method supervised.',
  preferences: 'They are for the method dpo, with any loss but kto.',
  judgements: 'They are for the method dpo with the loss kto.',
};
const wantedFor: Readonly<Record<Lesson, string>> = {
  answers: wanted,
  preferences:
    'The method dpo wants lines of {"input": {"messages": […]}, "preferred_output": [{"role": "assistant", "content": "…"}], "non_preferred_output": […]}.',
  judgements:
    'The loss kto wants lines of {"input": {"messages": […]}, "output": [{"role": "assistant", "content": "…"}], "label": true or false}.',
};

/** What the rows of such a job are to teach. */
export function lessonFor({ method, options }: Pick<JobRecord, 'method' | 'options'>): Lesson {
  if (method !== 'dpo') return 'answers';
  return options.preference?.loss === 'kto' ? 'judgements' : 'preferences';
}

const kinds: readonly FileKind[] = ['chat', 'completion', 'preference', 'judged', 'text'];

/** Throws `invalid_file_format` when rows of this format cannot teach that. */
export function checkLesson(kind: FileKind, lesson: Lesson, param: string): void {
  if (lessonOf[kind] === lesson) return;
  const message = `The file has ${kind} rows. ${takers[lessonOf[kind]]} ${wantedFor[lesson]}`;
  throw new LatheError('invalid_file_format', message, { param });
}

type Limits = { readonly maxLineBytes: number; readonly maxDepth: number };

/**
 * The format of a file, by the majority of its first rows. Throws `invalid_file_format`, saying what
 * the file looks like and what is wanted, when no row is of a known format.
 */
export function detectKind(sample: readonly Line[], param: string, limits: Limits): FileKind {
  const counts = new Map<FileKind | string, number>();
  const add = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const line of sample) add(shapeOf(line, limits));
  const known = kinds.filter((kind) => counts.has(kind));
  const [most] = known.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  if (most !== undefined) return most;
  const first = sample[0];
  if (first === undefined)
    throw new LatheError('invalid_file_format', `The file has no rows. ${wanted}`, { param });
  const seen = containerOf(first, sample, limits) ?? mostFrequent(counts);
  throw new LatheError('invalid_file_format', `The file ${seen}. ${wanted}`, { param });
}

/** Other layouts of rows that people upload, by keys that only they have. */
const otherShapes: readonly (readonly [keys: readonly string[], name: string])[] = [
  [['conversations'], 'has ShareGPT rows ("conversations")'],
  [['instruction', 'output'], 'has Alpaca rows ("instruction", "output")'],
  [['chosen', 'rejected'], 'has preference rows of another format ("chosen", "rejected")'],
  [['custom_id', 'body'], 'has rows of a batch ("custom_id", "body")'],
  [['item'], 'has rows of an evaluation ("item")'],
];

function shapeOf(line: Line, limits: Limits): FileKind | string {
  const parsed = parseLine(line, limits);
  if ('problem' in parsed) return 'has no line of valid JSON';
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'has lines that are not JSON objects';
  if ('preferred_output' in value || 'non_preferred_output' in value) return 'preference';
  if ('input' in value && 'label' in value) return 'judged';
  if ('messages' in value) return 'chat';
  if ('prompt' in value && 'completion' in value) return 'completion';
  if ('text' in value) return 'text';
  for (const [keys, name] of otherShapes) if (keys.every((key) => key in value)) return name;
  const keys = Object.keys(value)
    .slice(0, 5)
    .map((key) => JSON.stringify(key.slice(0, 40)));
  return keys.length === 0 ? 'has empty objects' : `has rows with the keys ${keys.join(', ')}`;
}

const signatures: readonly (readonly [bytes: readonly number[], name: string])[] = [
  [[0x1f, 0x8b], 'is compressed with gzip; upload it unpacked'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd; upload it unpacked'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive or a spreadsheet'],
  [[0x50, 0x41, 0x52, 0x31], 'is a Parquet file'],
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF document'],
  [[0xff, 0xfe], 'is UTF-16 text; save it as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16 text; save it as UTF-8'],
];

/** What the file is as a whole, when its first bytes tell. */
function containerOf(first: Line, sample: readonly Line[], limits: Limits): string | undefined {
  if ('tooLong' in first) return `has a first line of more than ${limits.maxLineBytes} bytes`;
  for (const [bytes, name] of signatures)
    if (bytes.every((byte, at) => first.bytes[at] === byte)) return name;
  const text = Buffer.from(first.bytes).toString('latin1').trimStart();
  if (text.startsWith('[')) return 'is a JSON array, not one object a line';
  if (/^[{]\s*$/.test(text)) return 'is JSON spread over several lines, not one object a line';
  const allBroken = sample.every((line) => 'problem' in parseLine(line, limits));
  if (allBroken && /^[^{}[\]]+[,;\t][^{}[\]]+$/.test(text.slice(0, 1000)))
    return 'looks like a table (CSV)';
  return undefined;
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}
