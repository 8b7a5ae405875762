import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buckets } from '@lathe/contracts/subject';
import { startGraders } from '@lathe/graders/grader-processes';
import { bootstrapKey, metricsKey, type ProjectKey, parseApiKeys } from '@lathe/platform/api-key';
import type { Config } from '@lathe/platform/config';
import type { Logger } from '@lathe/platform/log';
import { bucketMadeMs } from '@lathe/platform/nats/bucket-age';
import { askNeeds } from '@lathe/platform/nats/needs-questions';
import { pause } from '@lathe/platform/nats/pause';
import { openAllRecords } from '@lathe/platform/records';
import { openRecords } from '@lathe/platform/records/kv';
import { openService, type Service } from '@lathe/platform/service';
import type { Stoppable } from '@lathe/platform/shutdown';
import { createApp, type GatewayPorts, routesOf } from './app.ts';
import { eraseOldBatches } from './batches/batches.ts';
import { serveBatches } from './batches/serve-batches.ts';
import { createBodies } from './bodies/bodies.ts';
import { createInference } from './chat/inference.ts';
import { eraseOldDataWork } from './data-work/retention.ts';
import { eraseOldJobs } from './deletion/erasure.ts';
import { deleteOrphans } from './deletion/orphans.ts';
import { eraseOldEvals } from './evals/retention.ts';
import { deleteExpiredFiles } from './files/files.ts';
import { storedKeys } from './http/authenticate.ts';
import { placeSchema } from './http/places.ts';
import { createGatewayServer } from './http-server.ts';
import { takeInventory } from './inventory.ts';
import { claimSchema } from './jobs/duplicates.ts';
import { openJobBriefs } from './jobs/job-briefs.ts';
import { openKeyring } from './keys/keyring.ts';
import { eraseStrayExports } from './models/exports.ts';
import { openRecordLists } from './record-lists.ts';
import type { PartProblems } from './routes/health.ts';
import { type GatewaySettings, gatewaySettings } from './settings.ts';
import { eraseOldCompletions } from './stored/stored-completions.ts';
import { eraseOldUploads } from './uploads/uploads.ts';
import { countInference } from './usage/count-inference.ts';
import { createServedTokens } from './usage/served-tokens.ts';
import { eraseOldUsage } from './usage/usage.ts';

export type GatewayHandle = Stoppable & {
  readonly url: string;
  /** Every route that is served, as its handlers name it: `GET /v1/files/:id`. */
  readonly routes: readonly string[];
};

/**
 * Starts the gateway and returns once it takes requests. Throws an Error of one sentence when
 * nats-server cannot be reached or the port is taken. `stop` first lets open requests end. `parts` tells what is
 * wrong with other parts of the platform, for readiness.
 */
export async function start(
  config: Config,
  overrides: Partial<GatewaySettings> = {},
  parts: PartProblems = () => ({}),
): Promise<GatewayHandle> {
  const settings = { ...gatewaySettings(config), ...overrides };
  const furtherKeys = parseApiKeys(config.apiKeys);
  return openService(config, { name: 'gateway', tellsOldServer: true }, async (service) => {
    const { stops, log } = service;
    const ports = await openPorts(config, settings, { ...service, furtherKeys, parts });
    const app = createApp(ports, settings);
    const server = await listen(app, settings, config);
    stops.add('inventory', inBackground(ports));
    const stopBatches = untilStopped((signal) => serveBatches(ports, settings, signal));
    stops.add('http and batches', async () => {
      // The port is left at once: the next gateway may start while a batch of this one waits for a nats-server that is gone.
      const closed = closeServer(server, settings.stopGraceMs);
      try {
        await stopBatches();
      } finally {
        await closed;
      }
    });
    const { port } = server.address() as AddressInfo;
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    const url = `http://${host}:${port}`;
    log.info({ url }, 'the gateway takes requests');
    return { url, routes: routesOf(app), stop: () => stops.stop() };
  });
}

async function openPorts(
  config: Config,
  settings: GatewaySettings,
  service: Service & { readonly furtherKeys: readonly ProjectKey[]; readonly parts: PartProblems },
): Promise<GatewayPorts> {
  const { nats, metrics, artifacts, checks, stops, furtherKeys, parts, log } = service;
  const bodies = createBodies(settings, log);
  stops.add('bodies', () => bodies.stop());
  const graders = startGraders(settings, log);
  stops.add('graders', () => graders.stop());
  const bootstrap = await bootstrapKey(config);
  const { key, file, isNew } = bootstrap;
  // Printed once, to the person who started it; never logged.
  if (isNew) process.stdout.write(`Your API key, kept in ${file}: ${key}\n`);
  const records = await openAllRecords(nats);
  const configured = storedKeys(bootstrap, furtherKeys);
  const keyring = openKeyring(nats, records.keys, { configured, now: Date.now });
  const served = createServedTokens(records.usage, Date.now);
  // Stopped after what answers and before the connection: the last counts are whole, and are stored.
  stops.add('usage', () =>
    served.write().catch((error: unknown) => {
      log.warn({ err: error }, 'the last counts of answered tokens could not be stored');
    }),
  );
  stops.add('uses of keys', () =>
    keyring.writeUses().catch((error: unknown) => {
      log.warn({ err: error }, 'the last uses of keys could not be stored');
    }),
  );
  const ports: GatewayPorts = {
    nats,
    metrics,
    artifacts,
    ...records,
    served,
    jobBriefs: openJobBriefs(nats),
    lists: openRecordLists(nats),
    claims: await openRecords(nats, buckets.idempotency, claimSchema),
    places: await openRecords(nats, buckets.idempotency, placeSchema),
    needsOf: (job) => askNeeds(nats.connection, job, { waitMs: settings.memoryWaitMs, log }),
    inference: countInference(createInference(nats.connection, settings), served),
    bodies,
    graders,
    modelServers: config.modelServers,
    keyring,
    // The same for all gateways of a deployment; a new key makes new ids.
    eventSecret: key,
    metricsKey: metricsKey(config.metricsKey, [key, ...furtherKeys.map((each) => each.key)]),
    checks,
    parts,
    log,
    now: Date.now,
  };
  const sweeps: Sweep[] = [
    ['expired files', settings.expirySweepMs, () => deleteExpiredFiles(ports)],
    ['old uploads', settings.expirySweepMs, () => eraseOldUploads(ports, settings)],
    [
      'bytes without a record',
      settings.orphanSweepMs,
      () =>
        deleteOrphans({ ...ports, bucketMadeMs: (bucket) => bucketMadeMs(nats, bucket) }, settings),
    ],
    ['old data work', settings.expirySweepMs, () => eraseOldDataWork(ports, settings)],
    ['old completions', settings.expirySweepMs, () => eraseOldCompletions(ports, settings)],
    ['exports of models that are gone', settings.expirySweepMs, () => eraseStrayExports(ports)],
    ['old batches', settings.expirySweepMs, () => eraseOldBatches(ports, settings)],
    ['old runs of evals', settings.expirySweepMs, () => eraseOldEvals(ports, settings)],
    ['counts of answered tokens', settings.usageWriteMs, () => served.write()],
    ['uses of keys', settings.usageWriteMs, () => keyring.writeUses()],
    ['old usage', settings.expirySweepMs, () => eraseOldUsage(ports, settings)],
    ...retentionSweep(ports, settings),
  ];
  for (const [name, everyMs, sweep] of sweeps) stops.add(name, repeat(name, everyMs, sweep, log));
  return ports;
}

/** Begins work that goes on until it is told to stop. Returns what tells it, and waits for it. */
function untilStopped(begin: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const controller = new AbortController();
  const running = begin(controller.signal);
  return () => {
    controller.abort();
    return running;
  };
}

/** Compares records and artifacts once, while requests are taken already. Returns what stops it. */
function inBackground(ports: GatewayPorts): () => Promise<void> {
  const controller = new AbortController();
  const taking = takeInventory(ports, controller.signal).then(
    () => undefined,
    (error: unknown) => ports.log.warn({ err: error }, 'could not compare records and artifacts'),
  );
  return () => {
    controller.abort();
    return taking;
  };
}

type Sweep = [name: string, everyMs: number, sweep: () => Promise<unknown>];

function retentionSweep(ports: GatewayPorts, settings: GatewaySettings): Sweep[] {
  if (settings.retentionMs === 0) return [];
  return [['old jobs', settings.expirySweepMs, () => eraseOldJobs(ports, settings)]];
}

/** Runs a sweep again and again, each time after the last has ended. Returns what stops it. */
function repeat(
  name: string,
  everyMs: number,
  sweep: () => Promise<unknown>,
  log: Logger,
): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const running = (async () => {
    for (await pause(everyMs, signal); !signal.aborted; await pause(everyMs, signal))
      try {
        await sweep();
      } catch (error) {
        log.warn({ err: error, sweep: name }, 'a sweep failed; trying again later');
      }
  })();
  return () => {
    controller.abort();
    return running;
  };
}

async function listen(
  app: ReturnType<typeof createApp>,
  settings: GatewaySettings,
  { host, port }: Config,
): Promise<Server> {
  const server = createGatewayServer(app, settings);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`The gateway cannot listen on ${host}:${port}.`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  return server;
}

/** Takes no new requests, lets open ones end, and cuts off those that take longer than the grace. */
async function closeServer(server: Server, graceMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  // A connection that has answered stays open for a next request, so look for those again and again.
  const tidy = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(tidy);
  clearTimeout(cutOff);
}
