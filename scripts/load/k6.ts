import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where set-up puts the pinned k6. */
export const k6Binary = path.join(root, '.tools', 'bin', 'k6');

/** The exit code of k6 for thresholds that do not hold. */
const thresholdsFailed = 99;

/** What to do about a missing k6, or null when it is there. */
export function k6Problem(): string | null {
  return existsSync(k6Binary)
    ? null
    : 'k6 is not installed in .tools/bin: run `npm run setup`, which installs the pinned version.';
}

/** The environment k6 runs in: nothing is asked of the network but the platform. */
export function k6Environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_NO_USAGE_REPORT: 'true',
    ...settings,
  };
}

export type K6Run = {
  /** Script in load/, without `.ts`. */
  readonly script: string;
  /** What the script reads from `__ENV`, `SUMMARY` apart. */
  readonly settings: Readonly<Record<string, string>>;
  /** Folder for its summary and its log. */
  readonly folder: string;
  readonly signal: AbortSignal;
};

export type K6Result = {
  readonly thresholdsHold: boolean;
  /** What `handleSummary` wrote. */
  readonly summary: unknown;
  /** The lines that the script logged. */
  readonly lines: readonly string[];
};

/** Runs a script to its end. Throws when k6 is missing or fails otherwise than by its thresholds. */
export async function runK6(run: K6Run): Promise<K6Result> {
  const problem = k6Problem();
  if (problem !== null) throw new Error(problem);
  const summary = path.join(run.folder, `${run.script}-summary.json`);
  const log = path.join(run.folder, `${run.script}.log`);
  const args = ['run', '--include-system-env-vars', '--quiet', '--log-format=raw'];
  const child = spawn(
    k6Binary,
    [...args, `--console-output=${log}`, path.join(root, 'load', `${run.script}.ts`)],
    {
      env: k6Environment({ ...run.settings, SUMMARY: summary }),
      stdio: ['ignore', 'inherit', 'inherit'],
      signal: run.signal,
    },
  );
  const [code, signal] = await once(child, 'close');
  if (code !== 0 && code !== thresholdsFailed)
    throw new Error(`k6 ended with ${signal ?? `exit code ${code}`}`);
  return {
    thresholdsHold: code === 0,
    summary: JSON.parse(await readFile(summary, 'utf8')),
    lines: (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
  };
}
