import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { requireFiniteWeights } from './finite.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const formats = ['F32', 'F16', 'BF16'] as const;

it.each(
  formats.flatMap((dtype) => [Number.NaN, Infinity, -Infinity].map((bad) => [dtype, bad] as const)),
)(
  'finds in %s the one %d among millions of finite numbers, and where it is',
  async (dtype, bad) => {
    await using folder = await tempFolder();
    const file = join(folder.path, 'model.safetensors');
    // More than one piece, and the largest number of each format, which is finite.
    const data = new Float32Array(2_200_000).fill(dtype === 'F16' ? 65504 : 3.3e38);
    const at = 2_150_001;
    const tensors = () => [
      { name: 'first', dtype, shape: [1], data: Float32Array.of(1) },
      { name: 'second', dtype, shape: [data.length], data },
    ];
    await writeSafetensors(file, tensors());
    await utimes(file, 1, 1);
    await requireFiniteWeights((await readSafetensors(file)).tensors);
    data[at] = bad;
    await writeSafetensors(file, tensors());
    const written = (await readSafetensors(file)).tensors;
    await expect(requireFiniteWeights(written)).rejects.toThrow(
      `${file}: tensor second: value ${at} is ${bad}`,
    );
  },
);
