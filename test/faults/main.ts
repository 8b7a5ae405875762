/** `npm run test:faults`: deals every fault of the list to a real platform, and prints what held. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CampaignResult, runCampaign, type Targets, told, type Work } from './campaign.ts';
import { createClient } from './client.ts';
import { openEvalStage } from './eval-stage.ts';
import { createEvalWork, referenceAnswers } from './eval-work.ts';
import { existingTests } from './existing-tests.ts';
import { createJobWork, jobTargets } from './job-work.ts';
import { type LatheProcess, startLathe } from './lathe-process.ts';
import { findingKinds } from './ledger.ts';
import { processFaults } from './process-faults.ts';
import type { Scenario } from './scenario.ts';
import { type References, shortTimes } from './stage.ts';
import { storeFaults } from './store-faults.ts';
import { referenceOutcomes, rewardedNames, type SpecName, specNames } from './workload.ts';
import { worldFaults } from './world-faults.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    /** Faults by number, separated by commas; `kills` is the campaign. */
    only: { type: 'string' },
    /** What the campaign alone is run with, of `campaigns`. */
    work: { type: 'string' },
  },
});
const wanted = values.only?.split(',');
const isWanted = (fault: string): boolean => wanted === undefined || wanted.includes(fault);
const started = performance.now();
const logFolder = fileURLToPath(new URL('../../.out/faults', import.meta.url));
const say = (text: string): void => {
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`);
};

type Row = { readonly fault: string; readonly title: string; readonly outcome: string };
let failures = 0;

async function runScenario(scenario: Scenario, references: References): Promise<Row> {
  const { fault, title } = scenario;
  const missing = scenario.missing?.() ?? null;
  if (missing !== null) return { fault, title, outcome: `not run: ${missing}` };
  say(`${fault}: ${title}`);
  const begun = performance.now();
  try {
    await scenario.run(references);
    return { fault, title, outcome: `held (${seconds(begun)} s)` };
  } catch (error) {
    failures++;
    const reason = error instanceof Error ? error.message : String(error);
    say(`${fault} did not hold: ${reason}`);
    return { fault, title, outcome: `DID NOT HOLD: ${reason.split('\n')[0]}` };
  }
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

/** What is under way while parts are killed, by the name of `--work`. */
const campaigns = {
  jobs: () => killJobs(specNames),
  // Their steps take longer: blows that came as fast would all be over before the first checkpoint.
  reinforcement: () => killJobs(rewardedNames, 10_000),
  evals: async () => {
    await using stage = await openEvalStage();
    const { lathe, targets } = stage;
    const client = createClient(lathe);
    const undisturbed = await referenceAnswers(client);
    const work = createEvalWork(client, undisturbed, Number(values.seed));
    return await runKills(lathe, work, { targets });
  },
} as const;

type Blows = {
  readonly targets: Targets;
  /** Longest pause between two of them. */
  readonly pauseMs?: number | undefined;
};

async function killJobs(specs: readonly SpecName[], pauseMs?: number) {
  await using lathe = await startLathe({ environment: shortTimes });
  const undisturbed = await references(specs);
  const client = createClient(lathe);
  const work = createJobWork(client, undisturbed, { seed: Number(values.seed), specs });
  return await runKills(lathe, work, { targets: jobTargets, pauseMs });
}

async function runKills(lathe: LatheProcess, work: Work, { targets, pauseMs = 2000 }: Blows) {
  try {
    return await runCampaign(lathe, work, {
      kills: Number(values.kills),
      seed: Number(values.seed),
      targets,
      ...{ clients: 3, pauseMs, freezeMs: 5000, settleMs: 900_000, say },
    });
  } finally {
    mkdirSync(logFolder, { recursive: true });
    writeFileSync(`${logFolder}/kills.log`, await lathe.log());
    say(`what the platform logged: .out/faults/kills.log`);
  }
}

function printCampaign({ kills, acknowledged, findings }: CampaignResult): void {
  console.log(`\nRandom kills, seed ${values.seed}: ${told(acknowledged)} acknowledged\n`);
  console.log('| process | kills |\n| --- | --- |');
  for (const [name, count] of [...kills].toSorted()) console.log(`| ${name} | ${count} |`);
  console.log(
    '\n| lost | doubled | different | stuck | without a reason |\n| --- | --- | --- | --- | --- |',
  );
  console.log(`| ${findingKinds.map((kind) => findings[kind].length).join(' | ')} |`);
  for (const kind of findingKinds)
    for (const text of findings[kind]) console.log(`\n${kind}: ${text}`);
  if (findingKinds.some((kind) => findings[kind].length > 0)) failures++;
}

function workName(): keyof typeof campaigns {
  const { work = 'jobs' } = values;
  if (Object.hasOwn(campaigns, work)) return work as keyof typeof campaigns;
  throw new Error(`--work is one of ${Object.keys(campaigns).join(', ')}, not ${work}`);
}

async function references(specs?: readonly SpecName[]): Promise<References> {
  say('the undisturbed jobs');
  await using lathe = await startLathe({ environment: shortTimes });
  return await referenceOutcomes(createClient(lathe), specs);
}

async function runScenarios(): Promise<void> {
  const scenarios = [...processFaults, ...worldFaults, ...storeFaults, ...existingTests].filter(
    ({ fault }) => isWanted(fault),
  );
  const rows: Row[] = [];
  const undisturbed = await references();
  for (const scenario of scenarios) rows.push(await runScenario(scenario, undisturbed));
  if (wanted === undefined)
    rows.push(
      {
        fault: 'F13',
        title: 'addresses in requests',
        outcome: 'none is ever fetched: no field takes one',
      },
      {
        fault: 'F20',
        title: 'power loss',
        outcome: 'configured (sync_interval), needs a machine to lose',
      },
    );
  console.log('| fault | what | outcome |\n| --- | --- | --- |');
  for (const { fault, title, outcome } of rows) console.log(`| ${fault} | ${title} | ${outcome} |`);
}

if (values.work === undefined) await runScenarios();
if (values.work !== undefined || isWanted('kills')) printCampaign(await campaigns[workName()]());
process.exitCode = failures === 0 ? 0 : 1;
