import type { Port } from '../port.ts';
import { type CpuSessionSettings, type Provider, refusal } from '../session-settings.ts';
import { addressOf } from './library.ts';
import type { NamedPort, OpenSession } from './messages.ts';
import { type SessionThread, sessionThread } from './session-thread.ts';

/** Opens a session on the thread of sessions. Throws with ONNX Runtime's reason when it refuses the model. */
export async function openSession(
  model: Uint8Array,
  how: { readonly settings: CpuSessionSettings; readonly provider: Provider },
): Promise<{ readonly thread: SessionThread; readonly opened: OpenSession }> {
  const thread = await sessionThread();
  const place = { address: addressOf(model), byteLength: model.byteLength };
  try {
    const opened = await thread.ask('opened', { kind: 'open', model: place, ...how }, model);
    return { thread, opened };
  } catch (cause) {
    throw refusal(cause);
  }
}

/** The inputs or outputs of a session by name. */
export function portsByName(listed: readonly NamedPort[]): Map<string, Port> {
  return new Map(listed.map(({ name, ...port }) => [name, port]));
}
