import { createLogger } from '@lathe/platform/log';
import { expect, it } from 'vitest';
import { EngineLostError, untilEngineHolds } from './engine-lost.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');

/** Tries work that loses the engine so often; tells how often it was done. */
async function tries(losses: readonly { readonly wasAlone: boolean }[]): Promise<number | string> {
  let done = 0;
  const controller = new AbortController();
  const work = async () => {
    const loss = losses[done++];
    if (loss !== undefined) throw new EngineLostError(loss.wasAlone);
    return done;
  };
  const patience = { engineLossesAlone: 3, engineLosses: 5, engineRetryMs: 0 };
  const options = { ...patience, signal: controller.signal, log, onLost: async () => undefined };
  return untilEngineHolds(work, options).catch((error: Error) => error.message);
}

const alone = { wasAlone: true };
const crowded = { wasAlone: false };
const givenUp = (times: number) =>
  `The engine process ended ${times} times while it evaluated the model.`;

it.each([
  ['nothing was lost', [], 1],
  ['others may have ended the engine', [crowded, alone, crowded, alone], 5],
  ['the work ended it alone', [alone, crowded, alone, alone], givenUp(4)],
  ['it never holds', [crowded, crowded, crowded, crowded, crowded], givenUp(5)],
])('work is tried again: %s', async (_case, losses, outcome) => {
  expect(await tries(losses)).toBe(outcome);
});

it('throws other errors, and the reason when it is aborted', async () => {
  const { signal } = new AbortController();
  const options = { engineLossesAlone: 3, engineLosses: 5, engineRetryMs: 0, signal, log };
  const onLost = async () => undefined;
  const fail = async () => {
    throw new Error('other');
  };
  await expect(untilEngineHolds(fail, { ...options, onLost })).rejects.toThrow('other');
});
