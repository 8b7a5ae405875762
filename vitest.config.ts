import { defineConfig } from 'vitest/config';
import { softwareGpu } from './packages/engine/src/runtime/software-gpu.ts';
import { patienceMs } from './packages/testkit/src/patience.ts';

/** CI sets the path of a JSON report to count from. */
const report = process.env.LATHE_TEST_REPORT;

// The processes that run the tests look for a GPU here when they start.
Object.assign(process.env, softwareGpu());

export default defineConfig({
  test: {
    include: [
      '{packages,services}/*/src/**/*.test.ts',
      'services/gateway/web/src/**/*.test.ts',
      '{cli,tools,scripts,test,models,examples,bench}/**/*.test.ts',
    ],
    // onnxruntime-node needs a process of its own for each file: a worker thread cannot be ended safely.
    pool: 'forks',
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
