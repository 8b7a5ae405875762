import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

/** What a service said, wrote and exited with. */
async function run(how: string, folder: string, act: 'wait' | 'disconnect' = 'wait') {
  const child = fork(join(import.meta.dirname, 'service-process.fixture.ts'), [how], {
    env: { ...process.env, LATHE_DATA: folder, LATHE_LOG_LEVEL: 'warn', LATHE_LOG_FORMAT: 'json' },
    silent: true,
  });
  const messages: unknown[] = [];
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const closed = once(child, 'close');
  child.on('message', (message) => {
    messages.push(message);
    if (act === 'disconnect') child.disconnect();
  });
  const exited = once(child, 'exit');
  const [code] = await exited;
  // After a disconnect from here the streams' end is not told.
  if (act === 'wait') await closed;
  return { code, messages, output };
}

it('tells who started it that it is ready, and ends when that one is gone', async () => {
  await using folder = await tempFolder();
  const { code, messages } = await run('well', folder.path, 'disconnect');
  expect(messages).toEqual([{ kind: 'ready', url: 'http://here' }]);
  expect(code).toBe(0);
});

it('tells in its sentence why it could not start', async () => {
  await using folder = await tempFolder();
  const { code, messages, output } = await run('refuses', folder.path);
  expect(messages).toEqual([{ kind: 'failed', message: 'The folder is missing.' }]);
  expect([code, output]).toEqual([1, '']);
});

it('logs no failure of stopping where a start fails that was told to stop', async () => {
  await using folder = await tempFolder();
  const { output } = await run('refuses when told to stop', folder.path);
  expect(output).toBe('');
});

it.each([
  ['throws', ['nobody caught this', 'the reason']],
  ['rejects', ['nobody awaited this']],
])('logs with its cause what nobody caught, and ends: %s', async (how, texts) => {
  await using folder = await tempFolder();
  const { code, output } = await run(how, folder.path);
  expect(code).toBe(1);
  expect(output).toContain('an error that nobody caught ends this process');
  for (const text of texts) expect(output).toContain(text);
});
