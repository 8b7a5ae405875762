import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { rootSeed } from '../nn/seed.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { openSampler } from './sampler.ts';

const prompt = Int32Array.from({ length: 40 }, (_, at) => 5 + ((at * 7) % 90));

it('reads the prompt of a group once, and answers as if it had read it each time', async () => {
  const model = await openModelFolder(join(import.meta.dirname, '../../../../models/lathe-tiny'));
  await using folder = await tempFolder();
  const reads: number[] = [];
  const cpu = cpuDevice();
  const device: Device = {
    ...cpu,
    async compile(...args) {
      const program = await cpu.compile(...args);
      return {
        inputs: program.inputs,
        outputs: program.outputs,
        run(feeds) {
          if ('causal_mask' in feeds) reads.push(feeds.tokens?.data.length ?? 0);
          return program.run(feeds);
        },
        dispose: () => program.dispose(),
      };
    },
  };
  const sampler = await openSampler({
    ...{ model, device, hasAdapter: false, folder: join(folder.path, 'policy') },
    ...{ temperature: 0, maxCompletionTokens: 6, mostTokens: 46 },
  });
  const policy = {
    exportMerged: (to: string) => cp(model.path, to, { recursive: true }),
    exportAdapter: () => Promise.reject(new Error('the policy is a whole model')),
  };
  const other = prompt.map((token) => token + 1);
  const prompts = [prompt, prompt, prompt, other, other];
  const [first, ...again] = await sampler.sample(policy, prompts, rootSeed(1));
  // Two blocks of 16 tokens are known from the first of a group.
  expect(reads).toEqual([40, 8, 8, 40, 8]);
  expect(first?.completion.length).toBeGreaterThan(0);
  for (const answer of again.slice(0, 2)) expect(answer.completion).toEqual(first?.completion);
  // The next policy may have other weights.
  await sampler.sample(policy, [prompt], rootSeed(1));
  expect(reads.at(-1)).toBe(40);
  await sampler.dispose();
});
