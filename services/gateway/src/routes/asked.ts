import type { Bodies } from '../bodies/bodies.ts';
import type { AskedResults } from '../bodies/body-task.ts';
import type { ChatAsker } from '../chat/chat.ts';
import { clientGone, type GatewayContext, limitsTeller } from '../http/http.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';

/** Who asks, until the client leaves, and how it is told what is left of its share. */
export function askerOf(c: GatewayContext): ChatAsker {
  const { project, requestId } = c.var;
  return { project, requestId, signal: clientGone(c), onLimits: limitsTeller(c) };
}

/** What is asked, read from the body of a request for the evaluators. Throws what `Bodies.read` throws. */
export async function readAsked<Kind extends keyof AskedResults>(
  c: GatewayContext,
  kind: Kind,
  { bodies, limits }: { readonly bodies: Bodies; readonly limits: BodyLimits },
): Promise<{ readonly asker: ChatAsker; readonly request: AskedResults[Kind] }> {
  const asker = askerOf(c);
  const { project, requestId, signal } = asker;
  const bytes = await readBytes(c.env.incoming, limits);
  return { asker, request: await bodies.read({ kind, bytes, project, requestId }, signal) };
}
