import { readFile, stat, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { bootstrapKey, parseApiKeys } from '@lathe/platform/api-key';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { checkModelFolders, listBaseModels } from '@lathe/platform/base-models';
import { type Config, unknownVariables } from '@lathe/platform/config';
import { findNatsServer } from '@lathe/platform/nats/server';
import { lockDataFolder } from '../../scripts/data-lock.ts';
import { checkPort } from '../../scripts/preflight.ts';
import { type Running, runningOn } from '../platform/running.ts';
import { bytes } from '../terminal/amounts.ts';
import { type Checked, type Finding, fault, look, note, well } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Room that one small job needs, and room that is soon used up. */
const leastBytes = 1e9;
const fewBytes = 10e9;
/** How long a server has to take a connection. */
const connectMs = 3000;

/** What a Lathe on this machine stands on, in the order in which the start meets it. */
export async function checkMachine(config: Config, env: Environment): Promise<Checked[]> {
  const running = await runningOn(config.dataFolder);
  return [
    await look('settings', 'docs/settings.md', () => checkSettings(config, env)),
    await look('data folder', 'set LATHE_DATA to a folder of this user', () =>
      checkData(config, running),
    ),
    await look('disk', 'set LATHE_DATA to another disk', async () => {
      const { bavail, bsize } = await statfs(await existing(config.dataFolder));
      return [roomFinding(bavail * bsize, config.dataFolder)];
    }),
    await look('port', 'set LATHE_PORT, or end that program', () => checkPorts(config, running)),
    await look('NATS', 'npm run setup', () => checkNats(config)),
    await look('store', 'set LATHE_ARTIFACTS to a folder of this user', () => checkStore(config)),
    await look('models', 'set LATHE_MODELS to folders that hold models', () => checkModels(config)),
  ];
}

async function checkSettings(config: Config, env: Environment): Promise<Finding[]> {
  const projects = parseApiKeys(config.apiKeys).length;
  const unknown = unknownVariables(env);
  return [
    ...unknown.map((name) =>
      note(
        `the variable ${name} is not known and has no effect`,
        'see docs/settings.md for how it is spelt',
      ),
    ),
    ...(unknown.length > 0 ? [] : [well(`read, ${projects} further keys`)]),
  ];
}

async function checkData(config: Config, running: Running | null): Promise<Finding[]> {
  const { dataFolder } = config;
  if (running !== null) return [well(`${dataFolder}, in use by process ${running.pid}`)];
  // What the start does, and undone at once.
  const release = await lockDataFolder(dataFolder);
  await release();
  if (config.apiKey !== null) await bootstrapKey(config);
  else {
    const file = path.join(dataFolder, 'api-key');
    const key = await readFile(file, 'utf8').catch(() => null);
    if (key?.trim() === '')
      return [fault(`${file} holds no key`, `delete it: the next start makes a key`)];
  }
  return [well(dataFolder)];
}

/** The nearest folder above that is there: what is not there yet will be made in it. */
async function existing(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || path.dirname(folder) === folder ? folder : existing(path.dirname(folder));
}

/** Whether so many bytes are room enough. */
export function roomFinding(free: number, folder: string): Finding {
  const room = `${bytes(free)} free for ${folder}`;
  if (free < leastBytes) return fault(room, 'make room, or set LATHE_DATA to another disk');
  return free < fewBytes
    ? note(
        `${room}, which checkpoints of large models use up soon`,
        'make room, or set LATHE_DATA to another disk',
      )
    : well(room);
}

async function checkPorts(config: Config, running: Running | null): Promise<Finding[]> {
  const { host, port } = config;
  if (running !== null)
    return [well(`${running.url ?? 'not taken yet'}, of process ${running.pid}`)];
  await checkPort('The gateway', 'LATHE_PORT', { ...config, shutdownGraceMs: 0 });
  return [well(`${host}:${port} is free`)];
}

async function checkNats({ natsUrl }: Config): Promise<Finding[]> {
  if (natsUrl === null) return [well(`own server, ${await findNatsServer()}`)];
  return [await reached('the NATS server that LATHE_NATS_URL names', new URL(natsUrl), 4222)];
}

async function checkStore({ artifacts, s3Endpoint }: Config): Promise<Finding[]> {
  if (artifacts.startsWith('file:')) {
    const folder = artifacts.slice('file:'.length);
    await openFileStore(folder);
    return [well(folder)];
  }
  return [await reached('the store that LATHE_S3_ENDPOINT names', new URL(s3Endpoint ?? ''), 443)];
}

/** Whether a server takes connections. Nothing of the address but host and port is told, since it may hold a password. */
async function reached(what: string, { hostname, port }: URL, usualPort: number): Promise<Finding> {
  const place = { host: hostname, port: Number(port || usualPort) };
  const why = await new Promise<string | null>((resolve) => {
    const socket = connect({ ...place, timeout: connectMs });
    const end = (reason: string | null): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end('does not answer'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(`cannot be reached (${error.code})`),
    );
  });
  const shown = `${what}, ${place.host}:${place.port},`;
  return why === null
    ? well(`${shown} answers`)
    : fault(`${shown} ${why}`, 'start it, or set the variable to where it is');
}

async function checkModels({ modelFolders }: Config): Promise<Finding[]> {
  await checkModelFolders(modelFolders);
  const models = await listBaseModels(modelFolders);
  const folders = modelFolders.join(', ');
  if (models.length > 0) return [well(models.map(({ name }) => name).join(', '))];
  return [fault(`no base model is in ${folders}`, 'lathe models pull smollm2-135m fetches one')];
}
