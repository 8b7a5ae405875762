import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import {
  answerOf,
  configOf,
  type FieldCase,
  readFieldCases,
  writeCase,
} from './config-fields.fixture.ts';
import { parseModelConfig } from './model-config.ts';
import { openAnyModelFolder } from './model-folder.ts';

const recorded = await readFieldCases();
const models = [...new Set(recorded.cases.map(({ model }) => model))];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-fields-'));
});
afterAll(() => rm(root, { recursive: true }));

/** What a read gave, or the sentence with which it refused. */
async function readOrRefuse<T>(read: () => T): Promise<{ value: Awaited<T> } | string> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof UnsupportedModelError)
      return error.message.replace(root, '');
    throw error;
  }
}

it.each(models)(
  '%s: one changed field is read as transformers reads it, or refused',
  async (model) => {
    const known = new Map<string, Promise<Float32Array>>();
    const wrong: string[] = [];
    for (const [number, one] of recorded.cases.entries()) {
      if (one.model !== model) continue;
      const about = `${JSON.stringify(one.change)} ${one.head ?? ''}`;
      const parsed = await readOrRefuse(async () =>
        parseModelConfig('config', await configOf(one)),
      );
      // A folder differs from one that was tried only where its settings or its weights do.
      const key = typeof parsed === 'string' ? parsed : JSON.stringify([parsed.value, one.head]);
      const opened =
        typeof parsed === 'string' || known.has(key)
          ? parsed
          : await readOrRefuse(async () => {
              const folder = join(root, model, String(number));
              await writeCase(folder, one);
              return openAnyModelFolder(folder);
            });
      if (typeof opened === 'string') {
        if (!namesFault(opened, one)) wrong.push(`${about} is refused with: ${opened}`);
        continue;
      }
      if (one.vectors === undefined) {
        wrong.push(`${about} is read, though transformers does not`);
        continue;
      }
      const found = known.get(key) ?? answerOf(opened.value as never, recorded);
      known.set(key, found);
      if (!isClose(await found, await recorded.vectors(one.vectors)))
        wrong.push(`${about} gives other answers`);
    }
    expect(wrong).toEqual([]);
  },
);

it('tries every field that the configuration classes have', () => {
  const tried = new Map<string, Set<string>>();
  for (const { model, change } of recorded.cases) {
    const type = typeOf(model);
    const fields = tried.get(type) ?? new Set();
    tried.set(type, fields);
    for (const field of Object.keys(change)) fields.add(field);
  }
  for (const [type, fields] of Object.entries(recorded.fields))
    expect([type, fields.filter((field) => !tried.get(type)?.has(field))]).toEqual([type, []]);
});

function typeOf(model: string): string {
  if (model === 'gemma3') return 'gemma3_text';
  return ['tied', 'untied', 'llama3-rope'].includes(model) ? 'llama' : model;
}

/** Whether a refusal names what was changed, or the weight that does not fit it. */
function namesFault(message: string, { change, head }: FieldCase): boolean {
  if (message.includes('tensor ')) return true;
  return head === undefined && Object.keys(change).some((field) => message.includes(field));
}

function isClose(found: Float32Array, wanted: Float32Array): boolean {
  const scale = Math.max(...wanted.map(Math.abs));
  return (
    found.length === wanted.length &&
    found.every((value, at) => Math.abs(value - wanted[at]!) < 1e-4 * scale)
  );
}
