import { fileURLToPath } from 'node:url';
import { defaultExclude, defineConfig } from 'vitest/config';
import { softwareGpu } from './packages/engine/src/runtime/software-gpu.ts';
import { patienceMs } from './packages/testkit/src/patience.ts';

/** CI sets the path of a JSON report to count from. */
const report = process.env.LATHE_TEST_REPORT;

// The processes that run the tests look for a GPU here when they start.
Object.assign(process.env, softwareGpu());

// Node keeps what it compiled beside what it compiled: each process loads the same packages.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/compiled', import.meta.url),
);

const all = [
  '{packages,services}/*/src/**/*.test.ts',
  'services/gateway/web/src/**/*.test.ts',
  '{cli,tools,scripts,test,models,examples,bench}/**/*.test.ts',
];
/** Compiling a session makes its process read numbers under 2e-308 as zero (`session.set_denormal_as_zero`). */
const computing = '{packages/engine,services/evaluator,services/trainer,models/tiny}/**/*.test.ts';
const flow = 'test/flow/*.test.ts';
/** Files on a platform of their own: they have other settings, look at all that it keeps, or must be the first who use it. */
const ownPlatform = [
  'command-line',
  'erasure',
  'estimate',
  'evaluators',
  'observability',
  'projects',
  'restart',
  's3',
  'workers',
].map((name) => `test/flow/${name}.test.ts`);
/** Whose sessions have as many threads as users' do: every kind of program, and every family and method against PyTorch. */
const severalThreads = [
  'packages/engine/src/runtime/**/*.test.ts',
  'packages/engine/src/parity/recorded-runs.test.ts',
];
/** Files that have a process of their own: they start services, use a GPU, measure the memory or the event loop of their process, or do without a module. */
const own = [
  ...ownPlatform,
  ...severalThreads,
  '{scripts,test/!(flow),examples,bench}/**/*.test.ts',
  'services/*/src/integration/*.test.ts',
  'packages/testkit/src/**/*.test.ts',
  '**/webgpu.test.ts',
  'services/ingest/src/clean/relations.test.ts',
  'services/ingest/src/read/lines.test.ts',
  'services/ingest/src/read/container/hostile.test.ts',
  'services/evaluator/src/texts/texts.test.ts',
  'services/gateway/src/bodies/bodies.test.ts',
  'services/ingest/src/rows/rows.test.ts',
  'services/ingest/src/rows/no-native-rows.test.ts',
];

export default defineConfig({
  test: {
    // onnxruntime-node needs processes: a worker thread cannot be ended safely.
    pool: 'forks',
    projects: [
      // All others leave their process as they found it: one runs many of them, and loads each module once.
      {
        extends: true,
        test: {
          ...{ name: 'shared', isolate: false, include: all },
          exclude: [...defaultExclude, ...own, computing, flow],
        },
      },
      {
        extends: true,
        test: {
          ...{ name: 'computing', isolate: false, include: [computing] },
          setupFiles: 'packages/engine/src/runtime/one-thread.fixture.ts',
          exclude: [...defaultExclude, ...own],
        },
      },
      // One platform for each process, which runs many of them.
      {
        extends: true,
        test: {
          ...{ name: 'flow', isolate: false, include: [flow] },
          globalSetup: 'test/flow/platform-per-process.fixture.ts',
          exclude: [...defaultExclude, ...ownPlatform],
        },
      },
      { extends: true, test: { name: 'own', include: own } },
    ],
    // One more than the two cores that CI has: tests of services wait for processes a good part of their time.
    maxWorkers: 3,
    restoreMocks: true,
    // Waits end with the event that they are for; these limits are for one that never comes.
    testTimeout: 3 * patienceMs,
    hookTimeout: 3 * patienceMs,
    expect: { poll: { timeout: patienceMs } },
    ...(report === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: report } }),
  },
});
