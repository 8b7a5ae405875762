import type { Program } from './device.ts';
import { commonOptions, openSession } from './session.ts';
import { SessionProgram } from './session-program.ts';
import type { CpuSessionSettings } from './session-settings.ts';

/** Opens a session on the CPU by onnxruntime-node's binding. Its runs block this thread. */
export async function openNodeSession(
  model: Uint8Array,
  { threads, profilePrefix, arena, entries }: CpuSessionSettings,
): Promise<Program> {
  const session = await openSession(model, {
    ...commonOptions,
    executionProviders: ['cpu'],
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    enableCpuMemArena: arena,
    extra: entries,
  });
  return new SessionProgram(session);
}
