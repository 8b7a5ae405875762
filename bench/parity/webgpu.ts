/**
 * Trains every recorded run on WebGPU and on the CPU and prints the largest relative difference of loss and
 * gradient norm over some steps.
 *
 *     npm run parity:webgpu [-- --family <name>] [--steps 3] [--out <file>]
 *
 * Without a GPU, SwiftShader of Debian's chromium serves: it computes on the CPU, and takes some six minutes.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deviceDistance } from '@lathe/engine/internal/parity/device-distance';
import { families } from '@lathe/engine/internal/parity/family-tasks';
import { recordedRuns } from '@lathe/engine/internal/parity/recorded-runs';
import { softwareGpu } from '@lathe/engine/internal/runtime/software-gpu';
import { webgpuDevice } from '@lathe/engine/internal/runtime/webgpu';

/** The loader reads its variables when a process starts, so SwiftShader needs a process of its own. */
async function main(): Promise<void> {
  const environment = softwareGpu();
  if (environment !== null && process.env.VK_ICD_FILENAMES === undefined) {
    const again = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
    const env = { ...process.env, ...environment };
    const { status } = spawnSync(process.execPath, again, { stdio: 'inherit', env });
    process.exitCode = status ?? 1;
    return;
  }
  const { values } = parseArgs({
    options: {
      family: { type: 'string' },
      steps: { type: 'string', default: '3' },
      out: { type: 'string' },
    },
  });
  const device = await webgpuDevice();
  const rows: string[] = [];
  let largest = 0;
  for (const family of families) {
    if (values.family !== undefined && values.family !== family) continue;
    for (const { method, objective, run } of await recordedRuns(family)) {
      const distances = await deviceDistance(run, device, Number(values.steps));
      const distance = Math.max(distances.loss, distances.gradientNorm);
      largest = Math.max(largest, distance);
      rows.push(`| ${family} | ${method} | ${objective} | ${distance.toExponential(0)} |`);
      console.log(rows.at(-1));
    }
  }
  console.log(`\n${rows.length} runs, largest of all: ${largest.toExponential(1)}`);
  if (values.out === undefined) return;
  const head = [
    '# WebGPU beside the CPU',
    '',
    'Written by `npm run parity:webgpu`; do not edit. Each number is the largest relative difference of loss and',
    `gradient norm over ${values.steps} training steps.`,
    '',
    `Largest of all: ${largest.toExponential(1)}.`,
    '',
    '| model | method | objective | difference |',
    '| --- | --- | --- | --- |',
  ];
  await writeFile(values.out, `${[...head, ...rows].join('\n')}\n`);
}

await main();
