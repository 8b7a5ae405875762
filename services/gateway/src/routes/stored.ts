import {
  listCompletionsQuerySchema,
  listMessagesQuerySchema,
} from '@lathe/contracts/http/stored-completion';
import type { Logger } from '@lathe/platform/log';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import type { BodyResults } from '../bodies/body-task.ts';
import { fileObject } from '../files/files.ts';
import { clientGone, type GatewayContext, type GatewayEnv } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';
import { readMetadataFilter } from '../jobs/metadata-filter.ts';
import type { Listed } from '../record-lists.ts';
import {
  type CompletionDatasetPorts,
  makeCompletionDataset,
} from '../stored/completion-dataset.ts';
import {
  changeStored,
  eraseStored,
  getStored,
  listStored,
  storedMessages,
  storedObject,
} from '../stored/stored-completions.ts';

type Ports = CompletionDatasetPorts &
  Listed<'storedCompletions'> & { readonly bodies: Bodies; readonly log: Logger };

async function readOwn<Kind extends 'completion-update' | 'feedback' | 'completion-dataset'>(
  c: GatewayContext,
  kind: Kind,
  { bodies, limits }: { readonly bodies: Bodies; readonly limits: BodyLimits },
): Promise<BodyResults[Kind]> {
  const { project, requestId } = c.var;
  const bytes = await readBytes(c.env.incoming, limits);
  return bodies.read({ kind, bytes, project, requestId }, clientGone(c));
}

/** /v1/chat/completions that were stored */
export function storedRoutes(ports: Ports, limits: BodyLimits): Hono<GatewayEnv> {
  const get = (c: GatewayContext) =>
    getStored(ports, c.var.project, c.req.param('completion_id') ?? '');
  return new Hono<GatewayEnv>()
    .get('/', async (c) => {
      const { metadata, rest } = readMetadataFilter(c.req.query());
      const pairs = metadata === 'none' ? {} : { metadata: Object.fromEntries(metadata) };
      const query = parseRequest(listCompletionsQuerySchema, { ...rest, ...pairs });
      return c.json(await listStored(ports, c.var.project, query));
    })
    .get('/:completion_id', async (c) => c.json(await storedObject(ports, await get(c))))
    .post('/:completion_id', async (c) => {
      const record = await get(c);
      const change = await readOwn(c, 'completion-update', { ...ports, limits });
      return c.json(await storedObject(ports, await changeStored(ports, record, change)));
    })
    .delete('/:completion_id', async (c) => {
      const record = await get(c);
      await eraseStored(ports, record);
      return c.json({ object: 'chat.completion.deleted', id: record.id, deleted: true });
    })
    .get('/:completion_id/messages', async (c) => {
      const record = await get(c);
      const query = parseRequest(listMessagesQuerySchema, c.req.query());
      return c.json(await storedMessages(ports, record, query));
    });
}

/** /v1/lathe/feedback and /v1/lathe/completions/dataset */
export function feedbackRoutes(ports: Ports, limits: BodyLimits): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/feedback', async (c) => {
      const { completion_id, ...said } = await readOwn(c, 'feedback', { ...ports, limits });
      const record = await getStored(ports, c.var.project, completion_id);
      const before = record.feedback ?? { rating: null, better_answer: null, note: null };
      // What is left out stays as it was said before; null takes it back.
      const given = Object.fromEntries(
        Object.entries(said).filter(([, value]) => value !== undefined),
      );
      const feedback = { ...before, ...given };
      await changeStored(ports, record, { feedback });
      return c.json({ object: 'lathe.feedback', completion_id, ...feedback });
    })
    .post('/completions/dataset', async (c) => {
      const request = await readOwn(c, 'completion-dataset', { ...ports, limits });
      return c.json(fileObject(await makeCompletionDataset(ports, c.var.project, request)));
    });
}
