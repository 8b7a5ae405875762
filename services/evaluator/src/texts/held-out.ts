import { createHash } from 'node:crypto';
import {
  type DatasetManifest,
  examplesOf,
  type GenerationRow,
  generationRowSchema,
  type Message,
} from '@lathe/contracts/artifact/dataset';
import { decodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';
import { getBytes } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createBreather } from '@lathe/platform/breather';
import { shownCalls } from './calls.ts';

/** A row as chat or completion, which is how models are asked, or as a text, which only has a loss. */
export type AnsweredRow = Exclude<GenerationRow, { kind: 'preference' | 'judged' | 'prompt' }>;

/** Of a row with two answers the better one is the expected one; a row with a bad answer, or with none, expects nothing. */
function answeredRow(row: GenerationRow): AnsweredRow | undefined {
  if (row.kind === 'prompt' || (row.kind === 'judged' && !row.label)) return undefined;
  if (row.kind !== 'preference' && row.kind !== 'judged') return row;
  const { line, cluster, tools } = row;
  const answer = row.kind === 'preference' ? row.preferred : row.answer;
  const earlier = row.messages.map((message) =>
    message.role === 'assistant' ? { ...message, weight: 0 as const } : message,
  );
  const messages = [...earlier, answer];
  return { kind: 'chat', line, ...(cluster && { cluster }), ...(tools && { tools }), messages };
}

/** A row as a question: what the model is shown, and what it should answer. */
export type Question = {
  readonly line: number;
  /** Of a completion row one user message with its prompt. */
  readonly context: readonly Message[];
  /** As people read it, where the answer has calls. */
  readonly expected: string;
  /** The calls of the answer; absent when it has none. */
  readonly calls?: Message['tool_calls'];
};

/** A held-out question with the tokens that its loss is measured on. */
export type HeldOutRow = Question & {
  readonly row: AnsweredRow;
  readonly examples: readonly ShardExample[];
  /** Its question is not the one that its examples were made of: they are made anew. */
  readonly isScored?: boolean;
  /** Where the row has two answers: the row as it is, and the worse one in tokens. */
  readonly pair?: {
    readonly row: Extract<GenerationRow, { kind: 'preference' }>;
    readonly worse: ShardExample;
  };
};

/**
 * The held-out rows that are scored: all, or `most` of them drawn by hash(seed, line), in their
 * order. Throws when the shards and the rows do not belong together.
 */
export async function readHeldOut(
  artifacts: ArtifactStore,
  { heldOut }: Pick<DatasetManifest, 'heldOut'>,
  draw: { readonly seed: number; readonly most: number },
): Promise<HeldOutRow[]> {
  if (heldOut.rows === 0) return [];
  const text = Buffer.from(await getBytes(artifacts, heldOut.canonical)).toString('utf8');
  // A validation file may have millions of rows.
  const breathe = createBreather();
  const stored: GenerationRow[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    await breathe();
    stored.push(generationRowSchema.parse(JSON.parse(line)));
  }
  const rows = stored.map(answeredRow);
  const chosen = new Set(
    rows
      .flatMap((row, index) =>
        row === undefined ? [] : [{ index, rank: rankOf(draw.seed, row.line) }],
      )
      .sort((a, b) => a.rank - b.rank || a.index - b.index)
      .slice(0, draw.most)
      .map(({ index }) => index),
  );
  const kept: HeldOutRow[] = [];
  let index = 0;
  let examples: ShardExample[] = [];
  for (const shard of heldOut.shards)
    for (const example of decodeShard(await getBytes(artifacts, shard))) {
      await breathe();
      const whole = stored[index];
      if (whole === undefined) throw new Error('the held-out shards have more examples than rows');
      examples.push(example);
      if (examples.length < examplesOf(whole)) continue;
      const row = rows[index];
      const [better, worse] = examples;
      if (chosen.has(index) && row !== undefined)
        // The worse answer of two is not what is expected.
        kept.push(
          whole.kind === 'preference' && better !== undefined && worse !== undefined
            ? { ...toQuestion(row), row, examples: [better], pair: { row: whole, worse } }
            : { ...toQuestion(row), row, examples },
        );
      examples = [];
      index++;
    }
  if (index !== rows.length) throw new Error('the held-out shards have fewer examples than rows');
  return kept;
}

/** The row's last answer that is trained on is the expected one; what stands before it is the question. */
export function toQuestion(row: AnsweredRow): Question {
  if (row.kind === 'text') return { line: row.line, context: [], expected: '' };
  if (row.kind === 'completion')
    return {
      line: row.line,
      context: [{ role: 'user', content: row.prompt }],
      expected: row.completion.trim(),
    };
  const at = answerPlace(row.messages);
  const { content = '', tool_calls: calls } = row.messages[at] ?? {};
  const context = row.messages.slice(0, Math.max(at, 0));
  if (calls === undefined) return { line: row.line, context, expected: content.trim() };
  const expected = [content.trim(), shownCalls(calls)].filter((text) => text !== '').join('\n');
  return { line: row.line, context, expected, calls };
}

/** Where the answer of a conversation stands that is asked for. */
export function answerPlace(messages: readonly Message[]): number {
  return messages.findLastIndex(({ role, weight }) => role === 'assistant' && weight !== 0);
}

/** The rows of a canonical JSONL object, one after another. */
export async function* streamRows(
  artifacts: ArtifactStore,
  key: string,
): AsyncGenerator<AnsweredRow> {
  for await (const line of linesOf(artifacts, key)) yield* answered(line);
}

/** The lines of a text, one after another. */
export async function* linesOf(artifacts: ArtifactStore, key: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of artifacts.get(key)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function answered(json: string): AnsweredRow[] {
  const row = answeredRow(generationRowSchema.parse(JSON.parse(json)));
  return row === undefined ? [] : [row];
}

/** A number that orders rows by chance, the same for the same seed: 48 bits of SHA-256. */
export function rankOf(seed: number, line: number): number {
  return createHash('sha256').update(`${seed}:${line}`).digest().readUIntBE(0, 6);
}
