/** What lies in the model folders, and what comes over NATS, of whatever kind, harms nobody else. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { envelopeHeaders } from '@lathe/contracts/message/envelope';
import {
  baseModelsProject,
  embeddingSubject,
  inferenceSubject,
  modelDeletedSubject,
  workSubject,
} from '@lathe/contracts/subject';
import { readSafetensors } from '@lathe/engine/safetensors';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { createInbox, headers } from '@nats-io/nats-core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEvaluator, type TestEvaluator } from './evaluator.fixture.ts';
import { chatRow, collect } from './records.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let service: TestEvaluator;
beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  const poisoned = join(folder.path, 'models', 'poisoned');
  await writeTinyModel(poisoned);
  await poison(join(poisoned, 'model.safetensors'));
  service = await openEvaluator({ natsUrl: nats.url, folder: folder.path }, { waitingMs: 20 });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Makes the last number of the embedding NaN. */
async function poison(file: string): Promise<void> {
  const entry = (await readSafetensors(file)).tensors.get('model.embed_tokens.weight');
  if (entry === undefined) throw new Error('no embedding');
  await using handle = await open(file, 'r+');
  await handle.write(Buffer.of(0, 0, 0xc0, 0x7f), 0, 4, entry.offset + entry.byteLength - 4);
}

async function answers(): Promise<boolean> {
  return (await collect(service.ask({ maxTokens: 2 }))).last?.kind === 'done';
}

it('a base model with a NaN is not offered', async () => {
  const offered = await service.models.list(baseModelsProject);
  expect(offered.map(({ value }) => value.name)).toEqual(['tiny']);
});

it('nonsense on every subject is answered with an error, or dropped, and the next chat is answered', async () => {
  const { connection } = service.nats;
  const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.json().map((json) => Buffer.from(json)),
    fc
      .constantFrom('', '{}', 'null', deep, '{"version":1,"messages":null}')
      .map((text) => Buffer.from(text)),
  );
  const envelope = { requestId: 'request', project: 'default', model: 'tiny' };
  const asked = [inferenceSubject, embeddingSubject];
  const told = [modelDeletedSubject, workSubject('evaluate')];
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(payload, fc.boolean(), async (data, isWrapped) => {
      const head = headers();
      if (isWrapped)
        for (const [name, value] of envelopeHeaders(envelope)) head.append(name, value);
      for (const to of told) connection.publish(to, data, { headers: head });
      for (const to of asked) {
        const reply = createInbox();
        const replies = connection.subscribe(reply);
        connection.publish(to, data, { headers: head, reply });
        for await (const answer of replies)
          if ((answer.json() as { kind?: string }).kind === 'error') break;
        answered++;
      }
    }),
    { numRuns: 20 },
  );
  expect(answered).toBe(20 * asked.length);
  expect(await answers()).toBe(true);
});

it('a record that cannot be read costs its own job only', async () => {
  const rows = [chatRow(1, 'thing', 'red')];
  const broken = await service.trained({ train: rows, heldOut: rows });
  const key = `$KV.lathe-jobs.default.${broken.id}`;
  await service.nats.jetstream.publish(
    key,
    JSON.stringify({ ...broken, progress: { step: Number.NaN } }),
  );
  await service.queue(broken);
  const whole = await service.trained({ train: rows, heldOut: rows });
  await service.queue(whole);
  expect((await service.ended(whole.id)).state).toBe('succeeded');
  expect(await answers()).toBe(true);
});
