import { stat } from 'node:fs/promises';
import { workerObjectSchema } from '@lathe/contracts/http/worker';
import { APIConnectionError, APIError } from 'openai';
import { z } from 'zod';
import { createApi } from '../api/api.ts';
import { listModels } from '../api/models.ts';
import { CommandError } from '../command/failure.ts';
import { profileFile } from '../profile/profiles.ts';
import { findTarget, type Target } from '../profile/target.ts';
import { bytes } from '../terminal/amounts.ts';
import { type Checked, type Finding, fault, look, note, well } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const readinessSchema = z.object({ problems: z.record(z.string(), z.string()) });
const workersSchema = z.object({ data: z.array(workerObjectSchema) });
/** How long a Lathe has to answer. */
const answerMs = 5000;

/** The Lathe that commands speak to: who it is, whether it answers and is well, and what it trains on. */
export async function checkLathe(
  env: Environment,
  profile: string | undefined,
): Promise<Checked[]> {
  const file = await look('profile', 'lathe profiles add', () => checkFile(profileFile(env)));
  let target: Target;
  try {
    target = await findTarget(env, profile);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [file, { name: 'Lathe', findings: [note(error.message, 'lathe up starts one here')] }];
  }
  const parts = await look('Lathe', 'lathe up, or set the address right: lathe profiles add', () =>
    checkParts(target),
  );
  if (parts.findings.some(({ level }) => level === 'fault')) return [file, parts];
  const api = createApi(target, AbortSignal.timeout(2 * answerMs));
  const asked = async (ask: () => Promise<Finding[]>): Promise<Finding[]> => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof APIConnectionError || !(error instanceof APIError)) throw error;
      const cure =
        error.status === 401
          ? 'lathe profiles add with the right key'
          : 'see the log of its gateway';
      return [
        fault(
          `${target.url} says: ${(error.error as Error | undefined)?.message ?? error.message}`,
          cure,
        ),
      ];
    }
  };
  const key = await look('key', 'see the log of its gateway', () =>
    asked(async () => {
      const models = await listModels(api);
      return [
        well(`accepted; ${models.filter(({ lathe }) => lathe.base === null).length} base models`),
      ];
    }),
  );
  if (key.findings.some(({ level }) => level === 'fault')) return [file, parts, key];
  const devices = await look('devices', 'see the log of its gateway', () =>
    asked(async () => deviceFindings((await api.get('/lathe/workers', workersSchema)).data)),
  );
  return [file, parts, key, devices];
}

async function checkFile(file: string): Promise<Finding[]> {
  const mode = await stat(file).then(
    (found) => found.mode & 0o777,
    () => null,
  );
  if (mode === null) return [well('none is kept; the environment decides')];
  if ((mode & 0o077) === 0) return [well(file)];
  return [
    fault(
      `${file}, which holds keys, may be read by others`,
      `chmod 600 ${file}, and have its keys changed`,
    ),
  ];
}

async function checkParts({ url, from }: Target): Promise<Finding[]> {
  let response: Response;
  try {
    response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(answerMs) });
  } catch {
    // Whatever it was, nobody answered.
    return [
      fault(
        `nobody answers at ${url}, which is from ${from}`,
        'lathe up, or set the address right: lathe profiles add',
      ),
    ];
  }
  const { data } = readinessSchema.safeParse(await response.json().catch(() => null));
  if (data === undefined)
    return [
      fault(`what answers at ${url} is no Lathe`, 'set the address right: lathe profiles add'),
    ];
  const problems = Object.entries(data.problems);
  if (problems.length === 0) return [well(`${url}, from ${from}; every part is well`)];
  return problems.map(([part, problem]) =>
    fault(`${part}: ${problem}`, 'see its log; npm start starts a part that ended again'),
  );
}

/** What workers have, a finding each. */
export function deviceFindings(workers: readonly z.infer<typeof workerObjectSchema>[]): Finding[] {
  if (workers.length === 0)
    return [
      fault(
        'no worker is there, so that jobs wait',
        'set LATHE_WORKERS to 1 or more, or start workers (docs/workers.md)',
      ),
    ];
  return workers.map(({ id, devices, memory_bytes: memory, slots, free_slots: free, draining }) => {
    const shown = devices
      .map(
        ({ kind, name, memory_bytes: own }) =>
          `${kind} (${name}, ${own === null ? 'memory not known' : bytes(own)})`,
      )
      .join(', ');
    const words = `${id}: ${shown || 'no device'}, ${bytes(memory)} for runs, ${free} of ${slots} places free`;
    if (devices.length === 0) return fault(words, 'see the log of that worker');
    return draining
      ? note(`${words}, takes no more jobs`, 'start another, or wait until it is back')
      : well(words);
  });
}
