import { kernelLibrary } from '@lathe/kernels/kernel-library';
import type { LoadedKernels } from '../session-settings.ts';
import { sessionThread } from './session-thread.ts';

/** Loads our kernels by an instruction set; '' is the widest that this processor has. Throws with the reason where it cannot. */
export async function loadKernels(set: string): Promise<LoadedKernels> {
  const library = kernelLibrary();
  if ('problem' in library) throw new Error(library.problem);
  const { file } = library;
  const thread = await sessionThread();
  const chosen = await thread.ask('loaded kernels', { kind: 'load kernels', file, set });
  return { file, set: chosen.set };
}
