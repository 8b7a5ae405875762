import { fileURLToPath } from 'node:url';
import { LatheError } from '@lathe/contracts/error';
import { startChild } from '@lathe/platform/child-process';
import { type FromExporter, fromExporterSchema, type ToExporter } from './export-message.ts';

const program = fileURLToPath(new URL('./export-child.ts', import.meta.url));

/** How often the process is looked at. */
const lookMs = 1000;

export type ExporterSettings = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Longest time of one export. */
  readonly exportMs: number;
};

export type Written = Extract<FromExporter, { kind: 'done' }>;

/**
 * Writes an export into a folder, in a process of its own. Throws `unsupported_model` with the reason where the format cannot
 * hold the model, `internal_error` when the process ends or takes too long, and the signal's reason.
 */
export async function writeExport(
  request: ToExporter,
  { environment, exportMs }: ExporterSettings,
  signal: AbortSignal,
): Promise<Written> {
  const told = Promise.withResolvers<FromExporter>();
  const child = startChild<ToExporter>(program, {
    ...{ environment, lookMs, silenceMs: () => exportMs },
    onMessage: (message) => {
      const parsed = fromExporterSchema.safeParse(message);
      if (parsed.success) told.resolve(parsed.data);
      else told.reject(parsed.error);
    },
    onEnd: (end) => {
      const how =
        end.kind === 'hung' ? `took longer than ${exportMs / 1000} s` : `ended: ${end.how}`;
      const cause = new Error(end.lastLines);
      told.reject(new LatheError('internal_error', `The process that exports ${how}.`, { cause }));
    },
  });
  const abort = (): void => told.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    child.send(request);
    const answer = await told.promise;
    if (answer.kind === 'done') return answer;
    throw new LatheError('unsupported_model', sentenceOf(answer.message, request), {
      param: 'format',
    });
  } finally {
    signal.removeEventListener('abort', abort);
    await child.kill();
  }
}

/** Why the format cannot hold the model, without where its files lie here. */
function sentenceOf(message: string, { model, adapter, out }: ToExporter): string {
  const plain = [out, adapter, model].reduce<string>(
    (text, folder) => (folder === null ? text : text.replaceAll(`${folder}/`, '')),
    message,
  );
  return `The model cannot be exported so: ${plain}.`;
}
