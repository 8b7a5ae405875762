import type { Program } from './device.ts';
import type { CpuSessionSettings } from './session-settings.ts';

/** The ways in which ONNX Runtime is called for the CPU: its C API, or its package for Node. */
export const cpuBindings = ['c-api', 'node'] as const;
export type CpuBinding = (typeof cpuBindings)[number];

export type CpuSessions = {
  /** The way that is taken. */
  readonly binding: CpuBinding;
  /** Why it is not the one that was asked for; absent when it is. */
  readonly problem?: string;
  /** Opens a session. Throws with ONNX Runtime's reason when it refuses the model. */
  open(model: Uint8Array, settings: CpuSessionSettings): Promise<Program>;
};

/** What is taken where nobody says otherwise (docs/decisions/2026-11-own-sessions.md). */
const usual: CpuBinding = 'node';

/**
 * Loads a way to open sessions on the CPU: the one that is asked for or, where the C API cannot be called on this system,
 * onnxruntime-node.
 * @example const { binding, problem } = await cpuSessions('c-api');
 */
export async function cpuSessions(wanted: CpuBinding = usual): Promise<CpuSessions> {
  if (wanted === 'node') return nodeSessions();
  try {
    const { openNativeSession } = await import('./c-api/native-program.ts');
    const { sessionThread } = await import('./c-api/session-thread.ts');
    await sessionThread();
    return { binding: 'c-api', open: openNativeSession };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    return { ...(await nodeSessions()), problem };
  }
}

async function nodeSessions(): Promise<CpuSessions> {
  const { openNodeSession } = await import('./node-session.ts');
  return { binding: 'node', open: openNodeSession };
}
