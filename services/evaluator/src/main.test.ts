import { fileURLToPath } from 'node:url';
import { freePort } from '@lathe/testkit/free-port';
import { startNats } from '@lathe/testkit/nats';
import { startProgram } from '@lathe/testkit/program';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

it('starts under Node, tells that it is ready, and stops in order', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  const port = await freePort();
  const program = startProgram(main, {
    LATHE_DATA: folder.path,
    LATHE_MODELS: folder.path,
    LATHE_NATS_URL: nats.url,
    LATHE_HEALTH_PORT: String(port),
  });
  await program.said('the evaluator takes requests and evaluations');
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  await nats.stop();
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);
  await nats.restart();
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
});

it('says in one sentence what is missing', async () => {
  await using folder = await tempFolder();
  const program = startProgram(main, { LATHE_DATA: folder.path });
  await program.said('Set LATHE_NATS_URL');
  expect(await program.ended).toBe(1);
});
