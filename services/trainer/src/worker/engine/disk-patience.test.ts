import { ArtifactError } from '@lathe/platform/artifacts/port';
import { expect, it } from 'vitest';
import { whenThereIsRoom } from './disk-patience.ts';
import type { FromEngine } from './engine-message.ts';

const full = (): Error =>
  new Error('could not write the state', {
    cause: Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }),
  });

/** Writes after so many failures, without waiting in between. */
async function write(failures: number, { error = full(), stopsAfter = Infinity } = {}) {
  const sent: FromEngine[] = [];
  let tries = 0;
  let pauses = 0;
  const ports = {
    send: (message: FromEngine) => void sent.push(message),
    breathe: async () => {},
    stopWanted: () => pauses >= stopsAfter,
  };
  const act = async (): Promise<void> => {
    if (tries++ < failures) throw error;
  };
  const outcome = await whenThereIsRoom(act, ports, async () => void pauses++).then(
    () => 'written',
    (thrown: unknown) => thrown,
  );
  return { outcome, tries, said: sent.length };
}

it('writes again until there is room, and says so once in a while', async () => {
  expect(await write(0)).toEqual({ outcome: 'written', tries: 1, said: 0 });
  expect(await write(3)).toEqual({ outcome: 'written', tries: 4, said: 1 });
  expect(await write(130)).toEqual({ outcome: 'written', tries: 131, said: 3 });
});

it('gives up when the run is to stop, and at once when the disk is not the trouble', async () => {
  expect(await write(9, { stopsAfter: 2 })).toMatchObject({ outcome: expect.any(Error), tries: 2 });
  const error = new ArtifactError('damaged', 'a file has other bytes');
  expect(await write(9, { error })).toEqual({ outcome: error, tries: 1, said: 0 });
});
