import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, readStat } from '@lathe/platform/process-stat';

/** A process as /proc tells of it, with its processor time in seconds. */
export type ProcessTime = ProcessStat & { readonly pid: number; readonly command: string };

/** Processor seconds by part of the platform. */
export type CpuByPart = Readonly<Record<Part, number>>;
export type Part = keyof typeof partNames;

/** What the parts are called in reports. */
export const partNames = {
  training: 'engine processes of the workers: start, training, held-out loss, saving',
  worker: 'workers: gRPC, supervision, uploads',
  evaluation: 'engine process of the evaluator: base, few-shot and tuned model',
  services: 'gateway, ingest, controller, evaluator and their supervisor',
  nats: 'nats-server',
  store: 'MinIO',
  load: 'k6',
} as const;

/** The processes of this machine; undefined where there is no /proc. */
export function readProcesses(): ProcessTime[] | undefined {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return undefined;
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)));
}

function readProcess(pid: number): ProcessTime[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const stat = readStat(pid);
    return stat === undefined ? [] : [{ pid, command, ...stat }];
  } catch {
    // It ended while we looked.
    return [];
  }
}

/**
 * Processor time so far of the platform that process `root` holds, by part. The difference of two
 * readings is what was used between them, as long as no part was started again in between.
 */
export function cpuByPart(processes: readonly ProcessTime[], root: number): CpuByPart {
  const sums: Record<Part, number> = {
    training: 0,
    worker: 0,
    evaluation: 0,
    services: 0,
    nats: 0,
    store: 0,
    load: 0,
  };
  for (const each of descendants(processes, root)) {
    if (each.pid === root) {
      sums.services += each.own;
      // What this process starts and sees end during a run is k6.
      sums.load += each.ended;
    } else if (/worker\/main\.ts/.test(each.command)) {
      sums.worker += each.own;
      sums.training += each.ended;
    } else if (/worker\/engine\/engine-child\.ts/.test(each.command)) sums.training += each.own;
    else if (/evaluator\/src\/engine\/engine-child\.ts/.test(each.command))
      sums.evaluation += each.own;
    else if (/(gateway|ingest|trainer|evaluator)\/src\/main\.ts/.test(each.command)) {
      sums.services += each.own;
      // Only the evaluator has had children: engine processes.
      sums.evaluation += each.ended;
    } else if (/nats/.test(each.command)) sums.nats += each.own;
    else if (/minio/.test(each.command)) sums.store += each.own;
    else if (/k6/.test(each.command)) sums.load += each.own;
  }
  return sums;
}

function descendants(processes: readonly ProcessTime[], root: number): ProcessTime[] {
  const found = processes.filter(({ pid }) => pid === root);
  for (const each of found) found.push(...processes.filter(({ parent }) => parent === each.pid));
  return found;
}

/** What was used between two readings. */
export function cpuBetween(before: CpuByPart, after: CpuByPart): CpuByPart {
  const parts = Object.keys(partNames) as Part[];
  return Object.fromEntries(parts.map((part) => [part, after[part] - before[part]])) as Record<
    Part,
    number
  >;
}
