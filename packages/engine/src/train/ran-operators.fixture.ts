import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { type CpuOptions, cpuDevice } from '../runtime/cpu.ts';
import { createTrainer, type TrainerOptions } from './trainer.ts';

type Event = { readonly cat: string; readonly name: string; readonly args: { op_name?: string } };

/** The operators of one step in the order in which ONNX Runtime ran them, by its own account. */
export async function ranOperators<Example>(
  options: TrainerOptions<Example>,
  choice: CpuOptions = {},
) {
  await using folder = await tempFolder();
  const profilePrefix = join(folder.path, 'profile');
  const device = cpuDevice({ threads: 1, profilePrefix, ...choice });
  const trainer = await createTrainer({ ...options, device });
  await trainer.trainStep();
  await trainer.dispose();
  const [file] = await readdir(folder.path);
  const events = JSON.parse(await readFile(join(folder.path, file ?? ''), 'utf8')) as Event[];
  return events
    .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
    .map(({ name, args }) => ({ name: name.replace('_kernel_time', ''), type: args.op_name }));
}
