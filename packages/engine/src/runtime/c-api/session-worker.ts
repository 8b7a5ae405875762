/** The thread that sessions of the C API live on; session-thread.ts starts it and talks to it. */
import { parentPort } from 'node:worker_threads';
import { flushDenormals } from './denormals.ts';
import { loadLibrary } from './library.ts';
import type { FromSessions, ToSessions } from './messages.ts';
import { NativeRuntime, NativeSession } from './native-session.ts';

let runtime: NativeRuntime | undefined;
const sessions = new Map<number, NativeSession>();
let count = 0;

parentPort?.on('message', (message: ToSessions) => {
  if (message.kind === 'give back') {
    loaded().release(message.value);
    return;
  }
  try {
    const answer = answerTo(message);
    const answers = 'answers' in answer ? answer.answers : [];
    const moved = answers.flatMap((one) => (one?.kind === 'copied' ? [one.data] : []));
    parentPort?.postMessage(answer, moved);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    parentPort?.postMessage({ kind: 'failed', reason } satisfies FromSessions);
  }
});

function loaded(): NativeRuntime {
  if (runtime !== undefined) return runtime;
  const library = loadLibrary();
  flushDenormals();
  runtime = new NativeRuntime(library);
  return runtime;
}

function opened(number: number): NativeSession {
  const session = sessions.get(number);
  if (session === undefined) throw new Error('The session was disposed of.');
  return session;
}

function answerTo(message: Exclude<ToSessions, { kind: 'give back' }>): FromSessions {
  switch (message.kind) {
    case 'load':
      loaded();
      return { kind: 'loaded' };
    case 'load kernels':
      return { kind: 'loaded kernels', set: loaded().loadKernels(message) };
    case 'open': {
      const session = new NativeSession(loaded(), message);
      const { inputs, outputs } = session;
      sessions.set(++count, session);
      return { kind: 'opened', session: count, inputs, outputs };
    }
    case 'run':
      return {
        kind: 'answered',
        answers: opened(message.session).run(message.feeds, message.fetches),
      };
    case 'run bound':
      return {
        kind: 'answered bound',
        answers: opened(message.session).runBound(message.feeds, message.stays),
      };
    case 'dispose':
      sessions.get(message.session)?.dispose();
      sessions.delete(message.session);
      return { kind: 'disposed' };
  }
}
