import type { Program } from './device.ts';
import type { CpuSessionSettings, LoadedKernels } from './session-settings.ts';

/** The ways in which ONNX Runtime is called for the CPU: its C API, or its package for Node. */
export const cpuBindings = ['c-api', 'node'] as const;
type CpuBinding = (typeof cpuBindings)[number];

/** One of them, or (`auto`) the C API where our own kernels are asked for, which only it can load, and the package elsewhere. */
export const bindingChoices = ['auto', ...cpuBindings] as const;

/**
 * Whose products of matrices are taken: our own kernels by the widest instructions that the processor has, or by those that
 * are named, or ONNX Runtime's (`off`).
 */
export const kernelChoices = ['auto', 'avx512', 'avx2', 'neon', 'plain', 'off'] as const;
export type KernelChoice = (typeof kernelChoices)[number];

/**
 * Whether widths are padded for ONNX Runtime's products (`onnx/padded-widths.ts`), or (`auto`) where the processor's first cache has few
 * ways. Our own kernels take them as they are.
 */
export const paddingChoices = ['auto', 'on', 'off'] as const;
export type PaddingChoice = (typeof paddingChoices)[number];

export type CpuChoice = {
  readonly binding?: (typeof bindingChoices)[number] | undefined;
  readonly kernels?: KernelChoice | undefined;
  readonly padding?: PaddingChoice | undefined;
};

/** The way for CUDA, where `auto` is the C API: only by it a run's state stays on the GPU. */
export function cudaBinding(binding: CpuChoice['binding']): CpuBinding {
  return binding === 'node' ? 'node' : 'c-api';
}

export type CpuSessions = {
  /** The way that is taken. */
  readonly binding: CpuBinding;
  /** Why it is not the one that was asked for; absent when it is. */
  readonly problem?: string;
  /** Our own kernels; absent where products are ONNX Runtime's. */
  readonly kernels?: LoadedKernels;
  /** Why they are not there though they were asked for. */
  readonly kernelProblem?: string;
  /** Opens a session. Throws with ONNX Runtime's reason when it refuses the model. */
  open(model: Uint8Array, settings: CpuSessionSettings): Promise<Program>;
};

/** What is taken where nobody says otherwise (docs/decisions/2026-11-own-sessions.md). */
const usual = { binding: 'auto', kernels: 'off' } as const satisfies CpuChoice;

/**
 * Loads a way to open sessions on the CPU: the one that is asked for or, where the C API cannot be called on this system,
 * onnxruntime-node; and our own kernels where they are asked for and can be loaded.
 * @example const { binding, problem } = await cpuSessions({ binding: 'c-api' });
 */
export async function cpuSessions(choice: CpuChoice = {}): Promise<CpuSessions> {
  const { binding = usual.binding, kernels = usual.kernels } = choice;
  const sessions = await openedBy(
    binding !== 'auto' ? binding : kernels === 'off' ? 'node' : 'c-api',
  );
  return kernels === 'off' ? sessions : withKernels(sessions, kernels);
}

async function openedBy(binding: CpuBinding): Promise<CpuSessions> {
  if (binding === 'node') return nodeSessions();
  try {
    const { openNativeSession } = await import('./c-api/native-program.ts');
    const { sessionThread } = await import('./c-api/session-thread.ts');
    await sessionThread();
    return { binding, open: openNativeSession };
  } catch (cause) {
    return { ...(await nodeSessions()), problem: reasonOf(cause) };
  }
}

async function nodeSessions(): Promise<CpuSessions> {
  const { openNodeSession } = await import('./node-session.ts');
  return { binding: 'node', open: openNodeSession };
}

async function withKernels(sessions: CpuSessions, choice: KernelChoice): Promise<CpuSessions> {
  const isOwn = sessions.binding === 'c-api';
  if (!isOwn) return { ...sessions, kernelProblem: "they are loaded by ONNX Runtime's C API only" };
  try {
    const { loadKernels } = await import('./c-api/load-kernels.ts');
    return { ...sessions, kernels: await loadKernels(choice === 'auto' ? '' : choice) };
  } catch (cause) {
    return { ...sessions, kernelProblem: reasonOf(cause) };
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
