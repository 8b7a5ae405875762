import { z } from 'zod';
import { type Config, readConfig } from '../config/config.ts';
import { createLogger, type Logger } from '../log/log.ts';
import { shutFolders } from './private-folders.ts';
import { onShutdown, type Stoppable } from './shutdown.ts';

/** What a service tells the process that started it. */
export const serviceMessageSchema = z.discriminatedUnion('kind', [
  /** It takes work; `url` is where it listens, for those that others call. */
  z.object({ kind: z.literal('ready'), url: z.string().optional() }),
  /** It could not start, in one sentence. */
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type ServiceMessage = z.infer<typeof serviceMessageSchema>;

/** What the process that started the gateway tells it of the other parts. */
const partsMessageSchema = z.object({
  kind: z.literal('parts'),
  /** What is wrong with each part that is not well. */
  problems: z.record(z.string(), z.string()),
});
export type PartsMessage = z.infer<typeof partsMessageSchema>;

/**
 * Runs a service as this process: reads the configuration, starts it, tells the process that forked this one, and
 * stops it on a signal or when that process is gone. What fails at the start is one sentence and exit code 1. An
 * exception that nobody caught is logged with its cause and ends this process alone.
 * @example await runService('ingest', async () => ({ stop: async () => undefined }));
 */
export async function runService<Handle extends Stoppable & { readonly url?: string }>(
  name: string,
  begin: (config: Config) => Promise<Handle>,
): Promise<Handle> {
  // Everything that a service writes is for its owner only.
  process.umask(0o077);
  // Started by another process of ours: without it there is nobody to work for.
  const leave = (): void => process.exit(1);
  if (process.connected) process.once('disconnect', leave);
  let log: Logger | undefined;
  try {
    const config = readConfig(process.env);
    const known = createLogger(config, name);
    log = known;
    process.on('uncaughtException', (error, origin) => dieOf(known, error, origin));
    const starting = shutFolders(config.dataFolder).then(() => begin(config));
    // A signal during the start stops what has been started by then; a start that fails has stopped it, and says so below.
    const started = starting.catch(() => null);
    onShutdown({ stop: async () => (await started)?.stop() }, known, config.shutdownGraceMs);
    const handle = await starting;
    process.off('disconnect', leave);
    if (process.connected) tell({ kind: 'ready', ...(handle.url && { url: handle.url }) });
    return handle;
  } catch (error) {
    log?.debug({ err: error }, 'could not start');
    const message = error instanceof Error ? error.message : String(error);
    if (process.connected)
      await new Promise<void>((resolve) => tell({ kind: 'failed', message }, resolve));
    else process.stderr.write(`${message}\n`);
    return process.exit(1);
  }
}

function dieOf(log: Logger, error: Error, origin: string): void {
  log.fatal({ err: error, origin }, 'an error that nobody caught ends this process');
  process.exit(1);
}

function tell(message: ServiceMessage, sent: () => void = () => undefined): void {
  process.send?.(message, sent);
}

/** What the parts beside the gateway suffer from, as the process that started it tells from time to time; nothing without one. */
export function watchParts(): () => Readonly<Record<string, string>> {
  if (!process.connected) return () => ({});
  let problems: Readonly<Record<string, string>> = { platform: 'its parts are being started' };
  process.on('message', (message) => {
    const parsed = partsMessageSchema.safeParse(message);
    if (parsed.success) problems = parsed.data.problems;
  });
  return () => problems;
}
