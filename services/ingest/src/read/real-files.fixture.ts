import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import type { RowIssue } from '../check/validate-message.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { usableKinds } from '../lesson/task-rows.ts';
import { readRow } from '../rows/read-lines.ts';
import { ingestDefaults } from '../settings.ts';
import { readContainer, readUploads, type Upload } from './container/open-container.ts';
import type { ContainerOptions } from './container/options.ts';
import { detectShape, type Sample } from './format/detect.ts';
import { linesOf } from './lines.ts';
import type { ToldChoices } from './told.ts';

const param = 'training_file';

/** For tests: uploads as a job reads them, to the end, but for the tokens: what they are taken for, their rows, and what is wrong. */
export async function lookAt(
  uploads: readonly Upload[],
  architecture: Lesson['architecture'],
  asked: Pick<Partial<Sample>, 'data' | 'fits'> = {},
) {
  await using folder = await tempFolder();
  let told: ToldChoices = {};
  const options: ContainerOptions = {
    ...{ param, folder: folder.path, limits: ingestDefaults, tell: () => undefined },
    onTold: (choices) => {
      told = choices;
    },
  };
  const [only] = uploads;
  const groups = await Array.fromAsync(
    uploads.length === 1 && only !== undefined
      ? readContainer(only.read(), { ...options, name: only.name })
      : readUploads(uploads, options),
  );
  const lines = groups.flatMap(linesOf);
  const usable = usableKinds(architecture);
  const sample = lines.slice(0, ingestDefaults.sampleRows);
  const looked = { lines: sample, param, fits: [], usable, told, ...asked };
  const { kind, problem, reading, detection } = detectShape(looked, ingestDefaults);
  const lesson: Lesson = { task: 'generation', architecture, rows: kind, problem, reading };
  const personal = { mode: 'report', allowed: [] } as const;
  const limits = { ...ingestDefaults, maxTokens: 1, pieceTokens: 1, personal };
  const read = lines.map((line) => readRow(line, lesson, limits));
  const errors: RowIssue[] = read.flatMap(({ issues }) =>
    issues.filter(({ level }) => level === 'error'),
  );
  return { format: detection?.format, columns: detection?.columns, read, errors };
}

/** Texts as uploads. */
export function textUploads(files: readonly (readonly [name: string, text: string])[]): Upload[] {
  return byteUploads(files.map(([name, text]) => [name, Buffer.from(text)]));
}

/** Bytes as uploads. */
export function byteUploads(
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
): Upload[] {
  return files.map(([name, bytes]) => ({
    name,
    async *read() {
      yield bytes;
    },
  }));
}

/** Files of the disk as uploads. */
export function diskUploads(paths: readonly string[]): Upload[] {
  return paths.map((path) => ({
    name: basename(path),
    async *read() {
      yield* createReadStream(path);
    },
  }));
}
