import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { serviceMessageSchema } from '@lathe/platform/service-process';
import { CommandError } from '../command/failure.ts';
import { root } from './local-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a platform in the background writes what it would say in a terminal. */
function logFile(dataFolder: string): string {
  return path.join(dataFolder, 'platform.log');
}

/**
 * Starts a platform that outlives this process and resolves to its address once every part of it is well. Throws CommandError with
 * its own sentence when it cannot start.
 */
export async function startInBackground(dataFolder: string, env: Environment): Promise<string> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const log = await open(logFile(dataFolder), 'a', 0o600);
  try {
    const child = spawn(process.execPath, [path.join(root, 'scripts', 'start.ts')], {
      cwd: root,
      // It is nobody's child: what npm says of itself would end it with npm.
      env: { ...env, npm_command: undefined },
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new CommandError(
        'failed',
        `Lathe ended as it started (${code ?? signal}); ${logFile(dataFolder)} has more.`,
      );
    });
    const [message] = await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    const news = serviceMessageSchema.parse(message);
    if (news.kind === 'failed') throw new CommandError('failed', news.message);
    if (child.connected) child.disconnect();
    child.unref();
    return news.url ?? '';
  } finally {
    await log.close();
  }
}
