import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

type Child = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly code: Promise<number | null>;
};

async function start(how: string): Promise<Child> {
  const child = fork(join(import.meta.dirname, 'shutdown.fixture.ts'), [how], { silent: true });
  let output = '';
  const ready = Promise.withResolvers<void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('ready')) ready.resolve();
  });
  const code = new Promise<number | null>((resolve) => {
    // Not 'close': it never comes after the channel was closed from here.
    child.once('exit', (exit) => resolve(exit));
  });
  await ready.promise;
  return { child, output: () => output, code };
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  'stops in reverse order on %s and exits 0',
  async (signal) => {
    const { child, output, code } = await start('well');
    child.kill(signal);
    expect(await code).toBe(0);
    await expect.poll(output).toBe('ready\ngateway stopped\nnats stopped\n');
  },
);

it('stops the rest when one part fails, and exits 1', async () => {
  const { child, output, code } = await start('fails');
  child.kill('SIGTERM');
  expect(await code).toBe(1);
  await expect.poll(output).toContain('nats stopped');
});

it('exits 1 when stopping takes too long, and at once on a second signal', async () => {
  const slow = await start('hangs');
  slow.child.kill('SIGTERM');
  expect(await slow.code).toBe(1);
  const twice = await start('hangs long');
  twice.child.kill('SIGINT');
  await expect.poll(twice.output).toContain('gateway stops');
  twice.child.kill('SIGINT');
  // Its grace is longer than any test waits.
  expect(await twice.code).toBe(1);
});

it('stops when its parent is gone', async () => {
  const { child, output, code } = await start('well');
  child.disconnect();
  expect(await code).toBe(0);
  await expect.poll(output).toContain('nats stopped');
});
