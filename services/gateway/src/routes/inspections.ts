import { inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { listInspectionsQuerySchema } from '@lathe/contracts/http/inspection';
import { page } from '@lathe/contracts/http/list';
import { isOver } from '@lathe/contracts/record/data-work';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import {
  cancelDataWork,
  createDataWork,
  type DataWorkPorts,
  eraseDataWork,
  getDataWork,
  listDataWork,
  waitForEnd,
} from '../data-work/data-work.ts';
import {
  inspectionInput,
  inspectionObject,
  inspectionPage,
  inspectionPart,
  listedInspection,
} from '../data-work/inspections.ts';
import { clientGone, type GatewayContext, type GatewayEnv, streamBody } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import type { JobPorts } from '../jobs/jobs.ts';
import { pageHeaders } from '../pages/page-frame.ts';
import type { Listed } from '../record-lists.ts';
import type { GatewaySettings } from '../settings.ts';

export type InspectionPorts = JobPorts &
  DataWorkPorts &
  Listed<'dataWork'> & { readonly bodies: Bodies };

/** /v1/lathe/files: what Lathe does with a file beyond the OpenAI API. */
export function inspectRoutes(ports: InspectionPorts, settings: GatewaySettings): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/:id/inspect', async (c) => {
    const { project, requestId } = c.var;
    const signal = clientGone(c);
    const bytes = await readBytes(c.env.incoming, settings);
    const asked = { kind: 'inspect', bytes, project, requestId } as const;
    const body = bytes.length === 0 ? {} : await ports.bodies.read(asked, signal);
    const input = await inspectionInput(ports, project, { fileId: c.req.param('id'), body });
    const begun = await createDataWork(ports, { project, requestId, input }, settings);
    const waiting = { waitMs: settings.inspectWaitMs, pollMs: settings.cancelPollMs, signal };
    const work = await waitForEnd<'inspect'>(ports, begun, waiting);
    return c.json(await inspectionObject(ports, work), isOver(work) ? 200 : 202);
  });
}

/** /v1/lathe/inspections */
export function inspectionRoutes(ports: InspectionPorts): Hono<GatewayEnv> {
  const get = (c: GatewayContext) =>
    getDataWork(ports, c.var.project, { kind: 'inspect', id: c.req.param('id') ?? '' });
  return new Hono<GatewayEnv>()
    .get('/', async (c) => {
      const { file, ...query } = parseRequest(listInspectionsQuerySchema, c.req.query());
      const { items, hasMore } = await listDataWork(ports, c.var.project, {
        ...query,
        kind: 'inspect',
        file,
      });
      return c.json(page(items.map(listedInspection), hasMore));
    })
    .get('/:id', async (c) => c.json(await inspectionObject(ports, await get(c))))
    .get('/:id/report.html', async (c) =>
      c.body(await inspectionPage(ports, await get(c)), 200, pageHeaders),
    )
    .get('/:id/repaired', async (c) => {
      const work = await get(c);
      const repaired = { name: inspectionObjects.repaired, word: 'repaired file' };
      const { key, bytes } = inspectionPart(work, repaired);
      return c.body(streamBody(ports.artifacts.get(key)), 200, {
        'content-type': 'application/jsonl',
        'content-length': String(bytes),
        'content-disposition': `attachment; filename="${work.id}.jsonl"`,
      });
    })
    .post('/:id/cancel', async (c) =>
      c.json(await inspectionObject(ports, await cancelDataWork(ports, await get(c)))),
    )
    .delete('/:id', async (c) => {
      const work = await get(c);
      await eraseDataWork(ports, work);
      return c.json({ id: work.id, object: 'lathe.inspection', deleted: true });
    });
}
