import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./one-session.fixture.ts', import.meta.url));

/** Runs one session in a process that finds nothing but an empty folder to leave files in. */
async function runSession(where: 'process' | 'thread', variables: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lathe-telemetry-'));
  try {
    const places = { HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder };
    const child = spawn(process.execPath, [program, where], {
      cwd: folder,
      env: { ...places, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await once(child, 'close');
    const [output, problem] = await said;
    return { code, output, problem, files: await readdir(folder, { recursive: true }) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

it("leaves no file of ONNX Runtime's telemetry in the home, cache and temporary folders", async () => {
  const { output, files } = await runSession('process');
  expect(output.trim()).toBe('4,9');
  expect(files).toEqual([]);
});

it('turns it off where the environment turns it on', async () => {
  const { output, files } = await runSession('process', { ORT_DISABLE_TELEMETRY: '0' });
  expect(output.trim()).toBe('4,9');
  expect(files).toEqual([]);
});

it('is off in a thread of a process that has it off', async () => {
  const { output, files } = await runSession('thread', { ORT_DISABLE_TELEMETRY: '1' });
  expect(output.trim()).toBe('4,9');
  expect(files).toEqual([]);
});

it('does not load the library in a thread that cannot turn it off', async () => {
  const { code, problem, files } = await runSession('thread');
  expect(code).toBe(1);
  expect(problem).toContain('Set ORT_DISABLE_TELEMETRY=1 in the process');
  expect(files).toEqual([]);
});
