/** A short part of `npm run test:faults` for every run of the suite: a few kills by seed, nothing lost. */
import { expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import { createClient } from './client.ts';
import { startLathe } from './lathe-process.ts';
import { seeded } from './random.ts';
import { shortTimes } from './stage.ts';
import { referenceOutcomes } from './workload.ts';

test('the blows follow from the seed', () => {
  const draw = (seed: number): number[] => {
    const random = seeded(seed);
    return Array.from({ length: 8 }, () => random.below(1000));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(3)).size).toBeGreaterThan(4);
});

test('after random kills everything that was acknowledged is there once, with the bytes of undisturbed runs', async () => {
  await using lathe = await startLathe({ environment: shortTimes });
  const client = createClient(lathe);
  const specs = ['lora', 'layers', 'ia3'] as const;
  const references = await referenceOutcomes(client, specs);
  const result = await runCampaign(lathe, client, references, {
    specs,
    ...{ seed: 5, kills: 8, clients: 2, pauseMs: 500, freezeMs: 4000, settleMs: 120_000 },
    say: () => {},
  });
  expect(result.findings).toEqual({
    lost: [],
    doubled: [],
    different: [],
    stuck: [],
    unexplained: [],
  });
  expect([...result.kills.values()].reduce((sum, count) => sum + count, 0)).toBe(8);
});
