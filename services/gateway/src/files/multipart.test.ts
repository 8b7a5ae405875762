import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArtifactError } from '@lathe/platform/artifacts/port';
import { expect, it, onTestFinished } from 'vitest';
import { readForm } from './multipart.ts';

const limits = { maxFileBytes: 2 ** 22, uploadIdleMs: 50 };

/** A server that answers a form with what `store` makes of its file. */
async function serve(store: (bytes: Readable) => Promise<string>): Promise<string> {
  const server: Server = createServer((request, response) => {
    readForm(request, limits, store).then(
      ({ file }) => response.end(file.stored),
      (error: unknown) => response.end(`failed: ${String(error)}`),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('waits for a store that takes longer than an upload may send nothing, when everything was sent', async () => {
  const url = await serve(async (bytes) => {
    const stored = await buffer(bytes);
    await sleep(6 * limits.uploadIdleMs);
    return stored.toString();
  });
  const body = new FormData();
  body.set('purpose', 'fine-tune');
  body.set('file', new Blob(['{}']), 'rows.jsonl');
  const answer = await fetch(url, { method: 'POST', body });
  expect(await answer.text()).toBe('{}');
});

it('fails with what the store failed with, in the middle of the bytes', async () => {
  const url = await serve(async (bytes) => {
    for await (const _ of bytes) throw new ArtifactError('unavailable', 'the store is away');
    return '';
  });
  const body = new FormData();
  body.set('file', new Blob([new Uint8Array(2 ** 21)]), 'rows.jsonl');
  const answer = await fetch(url, { method: 'POST', body });
  expect(await answer.text()).toBe('failed: ArtifactError: the store is away');
});
