import { type Logger, pino } from 'pino';
import { logContext } from './log-context.ts';
import { formatLine } from './log-line.ts';

export type { Logger };

/** Fields that never reach a log, wherever they stand in the first three levels. */
const secretNames = ['authorization', 'apiKey', 'api_key', 'secret', 'password', 'LATHE_API_KEY'];
const secretPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export type LogSettings = {
  readonly logLevel: string;
  readonly logFormat: 'auto' | 'json' | 'text';
};

/** Where log lines go. */
export type LogSink = { write(line: string): unknown; readonly isTTY?: boolean };

/**
 * A logger for one service. Lines are JSON, or readable text on a terminal; keys and
 * authorization headers are replaced by `[secret]`. Lines carry the fields of the log context. They go to standard error by default, so
 * that a command's own output stays clean.
 * @example const log = createLogger({ logLevel: 'info', logFormat: 'json' }, 'gateway');
 */
export function createLogger(
  settings: LogSettings,
  service: string,
  sink: LogSink = process.stderr,
): Logger {
  const asText =
    settings.logFormat === 'text' || (settings.logFormat === 'auto' && sink.isTTY === true);
  const stream = asText
    ? { write: (line: string) => void sink.write(formatLine(line, sink.isTTY === true)) }
    : { write: (line: string) => void sink.write(line) };
  return pino(
    {
      level: settings.logLevel,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => ({ ...logContext() }),
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: '[secret]' },
    },
    stream,
  );
}
