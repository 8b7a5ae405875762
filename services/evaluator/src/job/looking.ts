import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import { sizeText } from '@lathe/contracts/words/size';
import { readJsonLines } from '@lathe/platform/artifacts/json-lines';
import { z } from 'zod';
import type { Looking } from '../contest/evaluation.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';

const passageSchema = z.object({ text: z.string().min(1) });
/** Bytes of a line of a file of documents. */
const mostLineBytes = 64 * 1024;
/** Why something is not there to be looked up, however often it is tried. */
const absences: readonly string[] = [
  ...['model_not_found', 'not_found', 'unsupported_model', 'invalid_file_format'],
];

/** What a job's contestants look things up by and in. What is gone or cannot be read is a note. */
export async function lookingOf(
  ports: Pick<EvaluationPorts, 'models' | 'uploads' | 'artifacts'>,
  job: Pick<JobRecord, 'project' | 'options'>,
): Promise<Looking | undefined> {
  const asked = job.options.retrieval;
  if (asked === undefined) return undefined;
  const notes: string[] = [];
  const found = async <Value>(what: string, find: () => Promise<Value>) => {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof LatheError) || !absences.includes(error.code)) throw error;
      notes.push(`Nobody looks things up ${what}: ${error.message}`);
      return undefined;
    }
  };
  const { model: name, file } = asked;
  const model =
    name === undefined
      ? undefined
      : await found('by vectors', () => ports.models.find(job.project, name));
  const passages =
    file === undefined
      ? undefined
      : await found('in documents', () => readPassages(ports, job.project, file));
  return { ...(model && { model }), passages: passages ?? [], notes };
}

async function readPassages(
  { uploads, artifacts }: Pick<EvaluationPorts, 'uploads' | 'artifacts'>,
  project: string,
  id: string,
): Promise<string[]> {
  const stored = await uploads.get(recordKey(project, id));
  const gone = (cause?: unknown) =>
    new LatheError('not_found', `The file ${id} was deleted.`, { cause });
  if (stored === null) throw gone();
  const malformed = (line: number, what: string) =>
    new LatheError('invalid_file_format', `Line ${line} of the file ${id} ${what}.`);
  const errors = {
    gone,
    tooLong: (line: number) => malformed(line, `is longer than ${sizeText(mostLineBytes)}`),
  };
  const passages: string[] = [];
  const options = { maxBytes: mostLineBytes, errors };
  for await (const { line, ...read } of readJsonLines(artifacts, stored.value.key, options)) {
    if ('fault' in read) throw malformed(line, read.fault);
    const parsed = passageSchema.safeParse(read.json);
    if (!parsed.success) throw malformed(line, 'is no passage, which is like {"text": "…"}');
    passages.push(parsed.data.text);
  }
  return passages;
}
