import { type Api, createApi } from './api/api.ts';
import type { Call, Command } from './command/command.ts';
import { exitCodes } from './command/exit-codes.ts';
import { type Failure, failureOf } from './command/failure.ts';
import { commandHelp, overview } from './command/help.ts';
import { type Parsed, parseCommandLine } from './command/parse.ts';
import { findTarget } from './profile/target.ts';
import { createPrinter, type Printer } from './terminal/printer.ts';
import { harmless, wrapText } from './terminal/text-width.ts';

/** Widest lines of help. */
const helpColumns = 100;

type Host = Pick<NodeJS.Process, 'env' | 'stdin' | 'stdout' | 'stderr' | 'on'>;
type Printers = { readonly out: Printer; readonly err: Printer };

/** Does what a command line says; resolves to the exit status. */
export async function runCommandLine(
  words: readonly string[],
  commands: readonly Command[],
  host: Host,
): Promise<number> {
  const out = createPrinter(host.stdout, host.env);
  const err = createPrinter(host.stderr, host.env);
  const printers = { out, err };
  try {
    const asked = parseCommandLine(words, commands);
    if (asked.kind === 'command') return await runParsed(asked.parsed, printers, host);
    const columns = Math.min(out.width(), helpColumns);
    const [first] = asked.about;
    const lines =
      asked.about.length === 1 && first !== undefined
        ? commandHelp(first, columns)
        : overview(asked.about, columns);
    for (const line of lines) out.line(line);
    return exitCodes.done.status;
  } catch (error) {
    return tell(failureOf(error, undefined), { isJson: words.includes('--json'), err });
  }
}

async function runParsed(
  { command, args, values, isJson, profile }: Parsed,
  { out, err }: Printers,
  host: Host,
): Promise<number> {
  const interrupt = new AbortController();
  let api: Api | undefined;
  const call: Call = {
    ...{ args, out, err, isJson, profile },
    options: values as Call['options'],
    env: host.env,
    input: host.stdin,
    signal: interrupt.signal,
    async connect() {
      api ??= createApi(await findTarget(host.env, profile), interrupt.signal);
      return api;
    },
    json: (value) => out.line(JSON.stringify(value)),
    catchInterrupt: () => void host.on('SIGINT', () => interrupt.abort()),
  };
  try {
    await command.run(call);
    err.clear();
    return exitCodes.done.status;
  } catch (error) {
    err.clear();
    return tell(failureOf(error, api?.url), { isJson, err });
  }
}

/** One sentence, or the API's error envelope; gives the exit status. */
function tell(
  { reason, message, code, param }: Failure,
  { isJson, err }: { readonly isJson: boolean; readonly err: Printer },
): number {
  const said = `lathe: ${harmless(message)}`;
  if (isJson) err.line(JSON.stringify({ error: { message, code, param } }));
  else
    for (const line of err.isTerminal ? wrapText(said, err.width() - 1) : [said])
      err.line(line.replace(/^lathe:/, err.paint.red('lathe:')));
  return exitCodes[reason].status;
}
