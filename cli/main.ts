/** The command `lathe`, once the packages are there: `lathe.mjs` starts it. */
import { commands } from './commands.ts';
import { runCommandLine } from './run.ts';

process.umask(0o077);
// Whoever reads the output has seen enough, as `head` does.
for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
process.exitCode = await runCommandLine(process.argv.slice(2), commands, process);
