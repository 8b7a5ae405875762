/**
 * `npm run record:cli`: what the command `lathe` shows in a terminal, into docs/cli-recordings.md, to be looked at: its help, its
 * progress, its errors, and what the doctor says of planted faults. A platform of its own is started and ended; needs tmux.
 */
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { scenes } from './scenes.ts';
import { closeTerminals, openTerminal } from './terminal.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'docs/cli-recordings.md' } },
});
const clone = path.resolve(import.meta.dirname, '..', '..');
const usualColumns = 96;
const socket = `lathe-record-${process.pid}`;

await using folder = await tempFolder();
const home = folder.path;
for (const name of ['bin', 'empty']) await mkdir(path.join(home, name));
await symlink(path.join(clone, 'cli', 'lathe.mjs'), path.join(home, 'bin', 'lathe'));
await writeFile(path.join(home, 'a-file'), '');
// Another program, on a port that Lathe is told to take.
await using other = createServer((_, response) => response.end('hello'));
await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
const taken = String((other.address() as AddressInfo).port);
const env = {
  PATH: `${path.join(home, 'bin')}:${process.env.PATH}`,
  HOME: home,
  XDG_CONFIG_HOME: path.join(home, 'config'),
  LATHE_DATA: path.join(home, 'data'),
  LATHE_PORT: '0',
  LATHE_LOG_LEVEL: 'silent',
  TAKEN: taken,
};

// However this ends: what a scene started goes on by itself.
await using started = new AsyncDisposableStack();
started.defer(async () => {
  await promisify(execFile)('lathe', ['down'], { env }).catch(() => undefined);
  await closeTerminals(socket).catch(() => undefined);
});

/** Without what is of this machine, or of this run. */
function plain(text: string): string {
  return text
    .replaceAll(home, '~')
    .replaceAll(clone, '<clone>')
    .replaceAll(homedir(), '~')
    .replaceAll(hostname(), 'here')
    .replace(/(127\.0\.0\.1:)\d{4,}/g, (_, host) => `${host}8080`)
    .replace(/of process \d+/g, 'of process 4242')
    .replace(/by process \d+/g, 'by process 4242');
}

const screens: string[] = [];
for (const { title, columns = usualColumns, act } of scenes) {
  console.log(title);
  await using terminal = await openTerminal({ socket, folder: clone, columns, env });
  const shots: string[] = [];
  const keep = async (): Promise<void> => {
    shots.push(plain(await terminal.text()));
  };
  await act(terminal, keep);
  await keep();
  const shown = shots.map((shot) => `\`\`\`\n${shot.replace(/\n\$$/, '')}\n\`\`\``);
  screens.push(`## ${title}\n\n${shown.join('\n\nand at the end:\n\n')}`);
}
await writeFile(
  values.out,
  `# The command line in a terminal

Recorded by \`npm run record:cli\` (tmux; ${usualColumns} columns but where said otherwise; its colours are not shown, and ports and processes
are written alike). What each command takes is in [cli.md](cli.md).

${screens.join('\n\n')}
`,
);
console.log(values.out);
