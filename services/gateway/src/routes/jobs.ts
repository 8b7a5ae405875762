import {
  createJobQuerySchema,
  listCheckpointsQuerySchema,
  listEventsQuerySchema,
  listJobsQuerySchema,
} from '@lathe/contracts/http/fine-tuning';
import { inLogContext } from '@lathe/platform/log-context';
import type { Records } from '@lathe/platform/records';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import type { EstimatePorts } from '../data-work/estimates.ts';
import type { CriteriaPorts } from '../evals/criteria.ts';
import {
  clientGone,
  type GatewayContext,
  type GatewayEnv,
  isRepeated,
  streamBody,
} from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { readBytes } from '../http/request-body.ts';
import { eventStream } from '../http/server-sent-events.ts';
import { checkpointPage } from '../jobs/checkpoints.ts';
import { createEventStreams } from '../jobs/event-streams.ts';
import { cancelJob, pauseJob, resumeJob } from '../jobs/job-commands.ts';
import { type EventPorts, eventPage } from '../jobs/job-events.ts';
import { createJob, getJob, type JobPorts, listJobs } from '../jobs/jobs.ts';
import { readMetadataFilter } from '../jobs/metadata-filter.ts';
import { type ShownPorts, shownJob } from '../jobs/shown-jobs.ts';
import type { GatewaySettings } from '../settings.ts';
import { answerEstimate } from './answer-estimate.ts';
import { checkMethod } from './method-check.ts';

export type JobRoutePorts = JobPorts &
  ShownPorts &
  EventPorts &
  CriteriaPorts &
  EstimatePorts & {
    readonly bodies: Bodies;
    readonly checkpoints: Records['checkpoints'];
  };

/** /v1/fine_tuning/jobs */
export function jobRoutes(ports: JobRoutePorts, settings: GatewaySettings): Hono<GatewayEnv> {
  const target = (c: GatewayContext) => ({
    project: c.var.project,
    id: c.req.param('id') ?? '',
    signal: clientGone(c),
  });
  const streams = createEventStreams(ports, settings);
  return new Hono<GatewayEnv>()
    .use('/:id/*', async (c, next) => {
      c.set('jobId', c.req.param('id'));
      await inLogContext({ jobId: c.req.param('id') }, next);
    })
    .post('/', async (c) => {
      const query = parseRequest(createJobQuerySchema, c.req.query());
      const request = {
        project: c.var.project,
        requestId: c.var.requestId,
        ...(await ports.bodies.read(
          {
            kind: 'job',
            bytes: await readBytes(c.env.incoming, settings),
            project: c.var.project,
            requestId: c.var.requestId,
          },
          clientGone(c),
        )),
        idempotencyKey: c.req.header('idempotency-key'),
        isRetry: isRepeated(c),
      };
      const { project, body } = request;
      if (query.dry_run === 'true') return answerEstimate(c, { ports, body, settings });
      const checked = { ...request, checkMethod: () => checkMethod(ports, project, body) };
      const job = await createJob(ports, checked, settings);
      c.set('jobId', job.id);
      return c.json(await shownJob(ports, job));
    })
    .get('/', async (c) => {
      const { metadata, rest } = readMetadataFilter(c.req.query());
      const query = parseRequest(listJobsQuerySchema.strict(), rest);
      return c.json(await listJobs(ports, c.var.project, { ...query, metadata }));
    })
    .get('/:id', async (c) =>
      c.json(await shownJob(ports, await getJob(ports, c.var.project, c.req.param('id')))),
    )
    .post('/:id/cancel', async (c) =>
      c.json(await shownJob(ports, await cancelJob(ports, target(c), settings))),
    )
    .post('/:id/pause', async (c) =>
      c.json(await shownJob(ports, await pauseJob(ports, target(c)))),
    )
    .post('/:id/resume', async (c) =>
      c.json(await shownJob(ports, await resumeJob(ports, target(c)))),
    )
    .get('/:id/events', async (c) => {
      const query = parseRequest(listEventsQuerySchema.strict(), c.req.query());
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      if (query.stream !== 'true') return c.json(await eventPage(ports, job, query));
      const after = c.req.header('last-event-id') ?? query.after;
      const events = streams.open(job, { after, signal: clientGone(c) });
      return c.body(streamBody(events), 200, eventStream);
    })
    .get('/:id/checkpoints', async (c) => {
      const query = parseRequest(listCheckpointsQuerySchema.strict(), c.req.query());
      const job = await getJob(ports, c.var.project, c.req.param('id'));
      return c.json(await checkpointPage(ports.checkpoints, job, query));
    });
}
