import type { Logger } from '@lathe/platform/log';
import { createThread } from '@lathe/platform/threads/thread';
import type { JudgeInput, Judgement } from './judge.ts';

/** Tens of thousands of rows with a hundred labels take minutes on a slow machine. */
const longestMs = 3_600_000;

/** `judge` in a thread of its own, which ends with it. Throws the signal's reason. */
export async function judgeInThread(
  input: JudgeInput,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<Judgement> {
  signal.throwIfAborted();
  const program = new URL('./judge-thread.ts', import.meta.url);
  const thread = createThread({ program, name: 'judging', taskMs: longestMs, log });
  const stop = () => void thread.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return (await thread.run(input)) as Judgement;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.stop();
  }
}
