import type { Api } from '../api/api.ts';
import { inspectFile } from '../api/inspect-file.ts';
import type { Call } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';

type Body = Readonly<Record<string, unknown>> & { readonly training_file: string };

/** The first base model that learns from the rows of a file, as its inspection says. Throws CommandError where none does. */
export async function chooseModel(
  { err, isJson, signal }: Pick<Call, 'err' | 'isJson' | 'signal'>,
  api: Api,
  { training_file: file, ...body }: Body,
): Promise<string> {
  err.draw(['Looking at the rows …']);
  const done = await inspectFile(api, file, { body, signal });
  err.clear();
  const { report, error } = done;
  const model = report?.model ?? null;
  if (model === null)
    throw new CommandError(
      'failed',
      report?.refusal?.message ??
        error?.message ??
        'No model that is offered learns from such rows.',
    );
  if (!isJson) err.line(`The rows are for ${model}; --model takes another.`);
  return model;
}
