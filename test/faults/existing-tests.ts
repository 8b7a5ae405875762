/** Faults that the suite deals to one part, where the whole platform would show less of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Scenario } from './scenario.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

const suites: readonly (readonly [fault: string, title: string, ...files: string[]])[] = [
  [
    'F6',
    'the object store away, slow, failing, resetting in mid-part, full',
    'packages/platform/src/artifacts/s3-faults.test.ts',
    'packages/platform/src/artifacts/file.test.ts',
    'test/flow/s3.test.ts',
  ],
  [
    'F11',
    'bombs, endless lines, deep nesting, broken text',
    'services/ingest/src/integration/hostile.test.ts',
  ],
  ['F12', 'file names that are paths or worse', 'services/gateway/src/files/files.test.ts'],
  [
    'F14',
    "another project's ids on every route",
    'services/gateway/src/integration/projects.test.ts',
  ],
  ['F15', 'keys: guessed, close, revoked', 'services/gateway/src/http/authenticate.test.ts'],
  ['F16', 'uploads that stall, clients that never read', 'services/gateway/src/start.test.ts'],
  ['F18', 'certificates: expired, foreign, exchanged', 'test/deploy/worker-tls.test.ts'],
];

/** One scenario a row of the list: its test files pass. */
export const existingTests: readonly Scenario[] = suites.map(([fault, title, ...files]) => ({
  fault,
  title,
  run: () => runTests(files),
}));

/** Throws with the end of what vitest said when a test fails. */
async function runTests(files: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [vitest, 'run', ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, problems, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'exit'),
  ]);
  if (code !== 0)
    throw new Error(
      Buffer.concat([...said, ...problems])
        .toString()
        .slice(-2000),
    );
}
