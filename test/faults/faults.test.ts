/** A short part of `npm run test:faults` for every run of the suite: a few kills by seed, nothing lost. */
import { expect, test } from 'vitest';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { createClient } from './client.ts';
import { openEvalStage } from './eval-stage.ts';
import { createEvalWork, referenceAnswers } from './eval-work.ts';
import { createJobWork, jobTargets } from './job-work.ts';
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
  const result = await runCampaign(lathe, createJobWork(client, references, { seed: 5, specs }), {
    targets: jobTargets,
    ...{ seed: 5, kills: 8, clients: 2, pauseMs: 500, freezeMs: 4000, settleMs: 120_000 },
    say: () => {},
  });
  expectWhole(result, 8);
});

test('after random kills, of the object store too, every eval and batch is there once, with the answers of undisturbed ones', async () => {
  await using stage = await openEvalStage();
  const { lathe, targets } = stage;
  const client = createClient(lathe);
  const work = createEvalWork(client, await referenceAnswers(client), 5);
  const result = await runCampaign(lathe, work, {
    targets,
    ...{ seed: 5, kills: 6, clients: 2, pauseMs: 500, freezeMs: 4000, settleMs: 120_000 },
    say: () => {},
  });
  expectWhole(result, 6);
});

function expectWhole({ findings, kills }: CampaignResult, count: number): void {
  expect(findings).toEqual({ lost: [], doubled: [], different: [], stuck: [], unexplained: [] });
  expect([...kills.values()].reduce((sum, each) => sum + each, 0)).toBe(count);
}
