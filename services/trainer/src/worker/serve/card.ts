import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A graphics card as its driver tells it. */
export type Card = { readonly name: string; readonly memoryBytes: number };

export type CardOptions = {
  /** The driver's own program, or what stands in for it. */
  readonly program?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it has to answer, in milliseconds. */
  readonly answerMs: number;
};

/**
 * The NVIDIA card that CUDA trains on: the first of CUDA_VISIBLE_DEVICES, or any where all are alike. Null where that is not
 * known: without nvidia-smi, as in some containers, or with cards that differ, which CUDA counts in another order than it does.
 */
export async function nvidiaCard({
  program = 'nvidia-smi',
  env,
  answerMs,
}: CardOptions): Promise<Card | null> {
  const chosen = env.CUDA_VISIBLE_DEVICES?.split(',')[0]?.trim();
  // A number counts in CUDA's own order; a UUID names a card.
  const named = chosen?.startsWith('GPU-') ? ['--id', chosen] : [];
  const asked = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
  let told: string;
  try {
    told = (await run(program, [...named, ...asked], { timeout: answerMs })).stdout;
  } catch {
    // It is not there, or its driver is not: then nobody knows.
    return null;
  }
  const [first, ...others] = told.split('\n').filter((line) => line.trim() !== '');
  if (first === undefined || others.some((line) => line !== first)) return null;
  const [name, mebibytes] = first.split(/,\s*(?=\d+\s*$)/);
  const memoryBytes = Number(mebibytes) * 2 ** 20;
  return name === undefined || !Number.isFinite(memoryBytes) ? null : { name, memoryBytes };
}
