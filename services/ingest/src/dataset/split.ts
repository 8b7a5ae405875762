import { LatheError } from '@lathe/contracts/error';
import type { SplitRequest } from '@lathe/contracts/http/dataset';
import { recordKey } from '@lathe/contracts/subject';
import { hash } from '../pack/split.ts';
import { normalisedPrompt } from '../plain-prompt.ts';
import { createTally } from '../talk/tally.ts';
import { type Made, type Making, madeName, sourceOf } from './making.ts';
import { type ObjectRow, objectRows } from './object-rows.ts';

/**
 * A file as two: rows whose group's hash(seed, group) lies below the share go to the second. A group never crosses, and
 * no row moves when others are added. Throws `invalid_value` where rows have no such group.
 */
export async function splitFile(split: SplitRequest, making: Making): Promise<Made> {
  const { sinks, ports } = making;
  const source = sourceOf(making, split.file);
  const tally = createTally();
  const groups = await groupsOf(split, making);
  let rows = 0;
  for await (const row of objectRows(source, { ports, tally })) {
    const group = groups(row, ++rows);
    const isApart = hash(`${split.seed}:${group}`) / 2 ** 48 < split.share;
    await (isApart ? sinks.other : sinks.rows).add(Buffer.from(row.text));
    ports.progress({ rows });
  }
  return {
    unused: tally.list(),
    rowsBySource: { [split.file]: rows },
    filename: madeName(source.record.filename, 'train'),
  };
}

/** How a row's group is told: by the row and its number among the rows. */
async function groupsOf(
  split: SplitRequest,
  making: Making,
): Promise<(row: ObjectRow, number: number) => string> {
  const { by } = split;
  if (by === 'prompt') return ({ value }) => normalisedPrompt(promptOf(value));
  if (by === 'row') return ({ text }) => text;
  if (by === 'evidence') return evidenceGroups(split, making);
  return ({ value, line }) => {
    const group = by.split('.').reduce<unknown>(field, value);
    if (group !== undefined && group !== null) return JSON.stringify(group);
    throw new LatheError(
      'invalid_value',
      `Line ${line}: the row has no field ${JSON.stringify(by)} to be grouped by.`,
      { param: 'split.by' },
    );
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** What a row asks, by the names that rows of all kinds have for it; else all of it. */
function promptOf(row: ObjectRow['value']): string {
  const { messages, input, prompt, instruction, question, text, context } = row;
  const chat = messages ?? field(input, 'messages') ?? row.conversations;
  if (Array.isArray(chat)) {
    const asked = chat.find((each) =>
      ['user', 'human'].includes(String(field(each, 'role') ?? field(each, 'from'))),
    );
    return JSON.stringify(field(asked, 'content') ?? field(asked, 'value') ?? chat[0]);
  }
  // Questions about one text stay together.
  const said =
    context ??
    prompt ??
    (instruction === undefined ? undefined : [instruction, input]) ??
    question ??
    text;
  return JSON.stringify(said ?? row);
}

/** The groups that the evidence of a converted file names, row by row. */
async function evidenceGroups(
  split: SplitRequest,
  { sources, ports }: Making,
): Promise<(row: ObjectRow, number: number) => string> {
  const id = sources.get(split.file)?.record.lineage?.evidence_file ?? null;
  const stored = id === null ? null : await ports.files.get(recordKey(ports.project, id));
  if (stored === null)
    throw new LatheError(
      'invalid_value',
      `The file ${split.file} has no evidence to be grouped by: it was not converted, or the evidence was deleted.`,
      { param: 'split.by' },
    );
  const groups: string[] = [];
  const evidence = {
    record: stored.value,
    read: () => pieces(ports.artifacts.get(stored.value.key)),
  };
  for await (const { value } of objectRows(evidence, { ports, tally: createTally() }))
    groups.push(String(value.group));
  return ({ line }, number) => {
    const group = groups[number - 1];
    if (group !== undefined) return group;
    throw new LatheError('invalid_value', `Line ${line}: the evidence has no row ${number}.`, {
      param: 'split.by',
    });
  };
}

async function* pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* source;
}
