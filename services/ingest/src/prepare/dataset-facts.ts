import type { DatasetReport } from '@lathe/contracts/artifact/dataset';
import { cleaningReport } from '../clean/file-cleaning.ts';
import type { Parted } from '../clean/keep-apart.ts';
import type { BaseModel } from '../model/base-model.ts';
import { createBalance } from '../pack/balance.ts';
import type { EncodingModel } from '../pack/encoding.ts';
import { createInsight } from '../pack/insight.ts';
import { createLengthCounts } from '../pack/length-counts.ts';
import { datasetReport } from '../pack/report.ts';
import type { ReadRows } from '../read-file.ts';
import type { FilesRead, PipelinePorts } from './ports.ts';

/** The report on files that no dataset is made of. */
export async function reportOfRead(
  { training, validation, maxTokens, model }: FilesRead,
  { findings, settings, rows, signal, progress }: PipelinePorts,
): Promise<DatasetReport> {
  const { templateSha256 } = await rows.open(training.rows.lesson);
  const insight = insightOf(training.rows, maxTokens);
  const balance = createBalance();
  for (const each of [training, validation])
    for await (const chunk of each?.spool.read() ?? []) {
      signal.throwIfAborted();
      progress();
      const { survey } = training.rows;
      const run = survey.labelsOf === undefined ? chunk.run : undefined;
      if (run !== undefined) insight.addRun(run);
      else
        for (let at = 0; at < chunk.length; at++) {
          const row = chunk.row(at);
          insight.add(row);
          balance.add(survey.labelsOf?.(row.json) ?? [], 'train');
        }
    }
  return datasetReport(
    {
      ...factsOf(training.rows, validation?.rows),
      ...{ trained: new Map(), windowTokens: Math.min(maxTokens, settings.windowTokens) },
      labels: balance.labels(),
      insight: await insight.finish(rows, encodingModel(model, templateSha256)),
    },
    findings,
  );
}

/** Shows the rows of a file. */
export function insightOf({ lengths, tooLong, policies, cutRows }: ReadRows, limit: number) {
  return createInsight({ limit, lengths, tooLong, policies, cutRows });
}

/** The text files of a model, and the digest of the template that the rows went through. */
export function encodingModel(
  { name, tokenizerSha256, hasTemplate }: BaseModel,
  templateSha256: string | null,
): EncodingModel {
  const template = { found: hasTemplate, used: templateSha256 !== null };
  return { model: name, tokenizerSha256, template };
}

/** What the report says of the rows of both files together. */
export function factsOf(training: ReadRows, validation: ReadRows | undefined, parted = allKept) {
  const lengths = createLengthCounts();
  let kept = 0;
  for (const each of validation === undefined ? [training] : [training, validation]) {
    let index = 0;
    let before = -1;
    for (const length of each.lengths) {
      const number = each.numbers.at(index++) as number;
      if (each === training && parted.dropped.has(number)) continue;
      lengths.add(length);
      // Pieces of a text have one number, and stand one after another.
      if (number !== before) kept++;
      before = number;
    }
  }
  const files = [training, ...(validation === undefined ? [] : [validation])];
  return {
    read: training.read + (validation?.read ?? 0),
    kept,
    duplicates: training.duplicates + (validation?.duplicates ?? 0),
    lengths: lengths.counts,
    supervised: training.supervised + (validation?.supervised ?? 0),
    formats: formatsOf(training, validation),
    cleaning: cleaningReport(
      files.map(({ cleaning }) => cleaning),
      parted.counts,
    ),
  };
}

/** Before it is known which rows are held out. */
const allKept: Parted = {
  dropped: new Set(),
  counts: { prompts: 0, near: 0, phrases: 0, dropped: 0 },
};

function formatsOf(training: ReadRows, validation: ReadRows | undefined): DatasetReport['formats'] {
  return [
    ...(training.detection ? [{ file: 'training_file' as const, ...training.detection }] : []),
    ...(validation?.detection
      ? [{ file: 'validation_file' as const, ...validation.detection }]
      : []),
  ];
}
