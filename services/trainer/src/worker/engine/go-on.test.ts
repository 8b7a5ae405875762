import { expect, it } from 'vitest';
import type { FromEngine } from './engine-message.ts';
import { goOn } from './go-on.ts';

it('tells the job where it goes on with other products of matrices or from an earlier Lathe, and nothing otherwise', async () => {
  const told: FromEngine[] = [];
  const send = (message: FromEngine): void => void told.push(message);
  const trainer = { step: 7, restoreState: async () => undefined };
  await goOn(trainer, 'folder', send);
  expect(told).toEqual([]);
  const from = (before: 'padded' | 'lathe' | 'earlier', now: 'onnxruntime' | 'padded') => ({
    ...trainer,
    restoreState: async () => ({ before, now }),
  });
  await goOn(from('lathe', 'onnxruntime'), 'folder', send);
  expect(told).toEqual([
    {
      kind: 'log',
      level: 'warn',
      text: "The run was made up to step 7 with the products of Lathe's kernels and goes on with ONNX Runtime's products: from here on it is the same run up to rounding.",
    },
  ]);
  await goOn(from('earlier', 'onnxruntime'), 'folder', send);
  expect(told.at(1)).toEqual({
    kind: 'log',
    level: 'warn',
    text: 'The run was made up to step 7 by an earlier Lathe, which laid its steps out otherwise: from here on it is the same run up to rounding.',
  });
  await goOn(from('padded', 'onnxruntime'), 'folder', send);
  await goOn(from('lathe', 'padded'), 'folder', send);
  expect(told.slice(2).map((message) => message.kind === 'log' && message.text)).toEqual([
    "The run was made up to step 7 with ONNX Runtime's products of padded widths and goes on with ONNX Runtime's products: from here on it is the same run up to rounding.",
    "The run was made up to step 7 with the products of Lathe's kernels and goes on with ONNX Runtime's products of padded widths: from here on it is the same run up to rounding.",
  ]);
  const passTokens = { before: 2048, now: 1536 };
  const restoreState = async () => ({ before: 'lathe', now: 'padded', passTokens }) as const;
  await goOn({ step: 7, restoreState }, 'folder', send);
  expect(told.at(-1)).toMatchObject({
    text: expect.stringMatching(
      /rounding\. A pass has 1536 tokens instead of 2048, by which dropout, if there is any, leaves out others\.$/,
    ),
  });
});
