import { LatheError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import type { ReadyCheck } from '@lathe/platform/health';
import type { Logger } from '@lathe/platform/log';
import { inLogContext } from '@lathe/platform/log-context';
import type { Metrics } from '@lathe/platform/metrics';
import { Hono, type MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { BatchPorts } from './batches/batch-ports.ts';
import type { ChatPorts } from './chat/chat.ts';
import { createSignInCodes } from './dashboard/sign-in-codes.ts';
import type { EvaluatorPorts } from './evaluators.ts';
import type { GraderPorts } from './graders/run-grader.ts';
import { failureOf } from './http/failure.ts';
import { endOf, type GatewayContext, type GatewayEnv, securityHeaders } from './http/http.ts';
import type { ModelPorts } from './models/models.ts';
import type { RecordLists } from './record-lists.ts';
import { aliasRoutes } from './routes/aliases.ts';
import { batchRoutes } from './routes/batches.ts';
import { chatRoutes } from './routes/chat.ts';
import { completionRoutes } from './routes/completions.ts';
import { dashboard, signInCodeRoutes } from './routes/dashboard.ts';
import { type DatasetPorts, datasetRoutes, lineageRoutes } from './routes/datasets.ts';
import { embeddingRoutes } from './routes/embeddings.ts';
import { estimateRoutes } from './routes/estimates.ts';
import { evalImportRoutes } from './routes/eval-imports.ts';
import { evalRunRoutes } from './routes/eval-runs.ts';
import { type EvalRoutePorts, evalRoutes } from './routes/evals.ts';
import { exportRoutes, modelExportRoutes } from './routes/exports.ts';
import { fileRoutes } from './routes/files.ts';
import { graderRoutes } from './routes/graders.ts';
import { healthRoutes, type PartProblems } from './routes/health.ts';
import { type InspectionPorts, inspectionRoutes, inspectRoutes } from './routes/inspections.ts';
import { type JobRoutePorts, jobRoutes } from './routes/jobs.ts';
import { type KeyRoutePorts, keyRoutes } from './routes/keys.ts';
import { lineageGraphRoutes } from './routes/lineage.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { pipelineRoutes, predictionRoutes } from './routes/predictions.ts';
import { reportRoutes } from './routes/reports.ts';
import { feedbackRoutes, storedRoutes } from './routes/stored.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { usageRoutes } from './routes/usage.ts';
import { workerRoutes } from './routes/workers.ts';
import type { GatewaySettings } from './settings.ts';
import type { UploadPorts } from './uploads/uploads.ts';
import type { UsagePorts } from './usage/usage.ts';
import type { WorkerPorts } from './workers.ts';

export type GatewayPorts = JobRoutePorts &
  InspectionPorts &
  DatasetPorts &
  ModelPorts &
  ChatPorts &
  GraderPorts &
  EvalRoutePorts &
  BatchPorts &
  UploadPorts &
  UsagePorts &
  WorkerPorts &
  EvaluatorPorts &
  KeyRoutePorts & {
    /** Opens the metrics; null: only programs on this machine see them. */
    readonly metricsKey: string | null;
    readonly lists: RecordLists;
    readonly checks: Readonly<Record<string, ReadyCheck>>;
    readonly parts: PartProblems;
    readonly metrics: Metrics;
  };

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The whole HTTP surface. Every answer carries a request id, every failure the error envelope. */
export function createApp(ports: GatewayPorts, settings: GatewaySettings): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.use(frame(ports));
  // Before the keys: what the API is like is no secret.
  app.route(
    '/',
    openApiRoutes(() => routesOf(app)),
  );
  app.use('/v1/*', async (c, next) => {
    const caller = await ports.keyring.open(c.req.header('authorization'));
    c.set('caller', caller);
    c.set('project', caller.project);
    await next();
  });
  const codes = createSignInCodes(settings, ports.now);
  const pages = dashboard(codes, settings);
  app.use('/', pages);
  app.use('/ui', pages);
  app.use('/ui/*', pages);
  app.route('/', healthRoutes(ports));
  app.route('/', metricsRoutes(ports.metrics, ports.metricsKey));
  app.route('/v1/files', fileRoutes(ports, settings));
  app.route('/v1/uploads', uploadRoutes(ports, settings));
  // Before the jobs, of which none is called `estimate`.
  app.route('/v1/fine_tuning/jobs/estimate', estimateRoutes(ports, settings));
  app.route('/v1/fine_tuning/jobs', jobRoutes(ports, settings));
  app.route('/v1/fine_tuning/alpha/graders', graderRoutes(ports, settings));
  app.route('/v1/evals', evalRoutes(ports, settings));
  app.route('/v1/evals/:eval_id/runs', evalRunRoutes(ports, settings));
  app.route('/v1/lathe/evals', evalImportRoutes(ports, settings));
  app.route('/v1/batches', batchRoutes(ports, settings));
  app.route('/v1/lathe/jobs', reportRoutes(ports));
  app.route('/v1/lathe/files', inspectRoutes(ports, settings));
  app.route('/v1/lathe/files', lineageRoutes(ports));
  app.route('/v1/lathe/datasets', datasetRoutes(ports, settings));
  app.route('/v1/lathe/inspections', inspectionRoutes(ports));
  app.route('/v1/lathe/workers', workerRoutes(ports));
  app.route('/v1/lathe/usage', usageRoutes(ports));
  app.route('/v1/lathe/keys', keyRoutes(ports, settings));
  app.route('/v1/lathe/sign_in_codes', signInCodeRoutes(codes));
  app.route('/v1/models', modelRoutes(ports));
  app.route('/v1/lathe/aliases', aliasRoutes(ports, settings));
  app.route('/v1/chat/completions', chatRoutes(ports, settings));
  app.route('/v1/chat/completions', storedRoutes(ports, settings));
  app.route('/v1/lathe', feedbackRoutes(ports, settings));
  app.route('/v1/completions', completionRoutes(ports, settings));
  app.route('/v1/embeddings', embeddingRoutes(ports, settings));
  app.route('/v1/lathe/models', pipelineRoutes(ports, settings));
  app.route('/v1/lathe/models', modelExportRoutes(ports, settings));
  app.route('/v1/lathe/exports', exportRoutes(ports));
  app.route('/v1/lathe/lineage', lineageGraphRoutes(ports));
  app.route('/v1/classify', predictionRoutes('classify', ports, settings));
  app.route('/v1/score', predictionRoutes('score', ports, settings));
  app.route('/v1/rerank', predictionRoutes('rerank', ports, settings));
  app.route('/v1/moderations', predictionRoutes('moderation', ports, settings));
  app.notFound((c) => fail(c, noRoute(app, c), ports.log));
  app.onError((error, c) => fail(c, error, ports.log));
  return app;
}

/** Every route of the app, as its handlers name it: `GET /v1/files/:id`. Middleware is none. */
export function routesOf(app: Hono<GatewayEnv>): string[] {
  const named = app.routes.filter(({ method }) => method !== 'ALL');
  return [...new Set(named.map(({ method, path }) => `${method} ${path}`))];
}

/** Gives every request its id and headers, and logs it once its answer is complete or cut off. */
function frame({ log, metrics }: GatewayPorts): MiddlewareHandler<GatewayEnv> {
  return async (c, next) => {
    const started = performance.now();
    const requestId = newId('request');
    c.set('requestId', requestId);
    c.header('x-request-id', requestId);
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value);
    const { outgoing } = c.env;
    outgoing.once('close', () => {
      const ms = Math.round(performance.now() - started);
      const { method } = c.req;
      const { status, ...cutOff } = endOf(c.env);
      const route = routePath(c, -1);
      const { jobId } = c.var;
      const about = { requestId, ...(jobId === undefined ? {} : { jobId }) };
      log.info({ ...about, method, route, status, ms, ...cutOff }, 'request');
      metrics.count('lathe_http_requests_total', { method, route, status: String(status) });
      metrics.observe('lathe_http_request_seconds', { method, route }, ms / 1000);
    });
    await inLogContext({ requestId }, next);
  };
}

/** The one place where a failure becomes an HTTP answer. */
function fail(c: GatewayContext, error: unknown, log: Logger): Response {
  const { status, headers, body } = failureOf(
    error,
    `answering ${c.req.method} ${routePath(c, -1)}`,
  );
  if (status >= 500) log.error({ err: error }, 'request failed');
  // A body that was not read to its end cannot be followed by another request on this connection.
  if (!c.env.incoming.complete && c.env.incoming.headers['transfer-encoding'] !== undefined)
    headers.connection = 'close';
  return c.json(body, status as ContentfulStatusCode, headers);
}

function noRoute(app: Hono<GatewayEnv>, c: GatewayContext): LatheError {
  const { method, path } = c.req;
  const takes = (other: string, at: string) =>
    app.router.match(other, at)[0].some(([[, route]]) => route.method === other);
  const allowed = methods.filter((other) => takes(other, path));
  if (allowed.length === 0) {
    // A base URL that lacks it is what most often goes wrong when a client is pointed here.
    const isShort = takes(method, `/v1${path}`);
    const cure = isShort ? `, but a ${method} /v1${path}: the base URL has to end with /v1` : '';
    return new LatheError('not_found', `There is no ${method} ${path} in this service${cure}.`);
  }
  c.header('allow', allowed.join(', '));
  return new LatheError(
    'method_not_allowed',
    `${path} does not take ${method}, only ${allowed.join(' and ')}.`,
  );
}
