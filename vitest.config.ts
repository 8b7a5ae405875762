import { defaultExclude, defineConfig } from 'vitest/config';
import { softwareGpu } from './packages/engine/src/runtime/software-gpu.ts';
import { patienceMs } from './packages/testkit/src/patience.ts';

/** CI sets the path of a JSON report to count from. */
const report = process.env.LATHE_TEST_REPORT;

// The processes that run the tests look for a GPU here when they start.
Object.assign(process.env, softwareGpu());

/** Tests that leave their process as they found it: one process runs many of these files, and loads each module once. */
const shared = [
  'packages/{contracts,graders,recipe,scoring,tokenizer}/src/**/*.test.ts',
  'services/gateway/{src,web/src}/**/*.test.ts',
  '{cli,tools,models}/**/*.test.ts',
];
const others = [
  '{packages,services}/*/src/**/*.test.ts',
  '{scripts,test,examples,bench}/**/*.test.ts',
];

export default defineConfig({
  test: {
    // onnxruntime-node needs processes: a worker thread cannot be ended safely.
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'shared', isolate: false, include: shared } },
      {
        extends: true,
        test: { name: 'own', include: others, exclude: [...defaultExclude, ...shared] },
      },
    ],
    // One more than the two cores that CI has: tests of services wait for processes a good part of their time.
    maxWorkers: 3,
    // Waits end with the event that they are for; these limits are for one that never comes.
    testTimeout: 3 * patienceMs,
    hookTimeout: 3 * patienceMs,
    expect: { poll: { timeout: patienceMs } },
    ...(report === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: report } }),
  },
});
