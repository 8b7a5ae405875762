import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '@lathe/platform/config';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll } from 'vitest';
import { openEvaluator, type TestEvaluator } from './evaluator.fixture.ts';

/**
 * One evaluator for all tests of a file, with a model of its own and a folder beside it that holds no model it knows. What it
 * gives is there from the first test on.
 */
export function oneEvaluator(
  overrides: Parameters<typeof openEvaluator>[1],
  environment: Environment = {},
) {
  const stack = new AsyncDisposableStack();
  let opened: { readonly folder: string; readonly service: TestEvaluator } | undefined;
  const ready = () => {
    if (opened === undefined) throw new Error('the evaluator is started before the first test');
    return opened;
  };
  beforeAll(async () => {
    const nats = stack.use(await startNats());
    const folder = stack.use(await tempFolder()).path;
    await mkdir(join(folder, 'models', 'odd'), { recursive: true });
    await writeFile(join(folder, 'models', 'odd', 'config.json'), '{"model_type": "other"}');
    const places = { natsUrl: nats.url, folder, environment };
    const service = stack.use(await openEvaluator(places, overrides));
    opened = { folder, service };
  });
  afterAll(() => stack.disposeAsync());
  return {
    get folder() {
      return ready().folder;
    },
    get service() {
      return ready().service;
    },
    /** A bias that makes only the bytes of these characters possible. */
    biasTo(characters: string): Record<string, number> {
      const { tokenizer } = ready().service.kit;
      const tokens = new Set(tokenizer.encode(characters));
      return Object.fromEntries([...tokens].map((token) => [String(token), 100]));
    },
  };
}
