import type { Lineage } from '@lathe/contracts/artifact/lineage';
import { LatheError } from '@lathe/contracts/error';
import { type DatasetRequest, sideFiles } from '@lathe/contracts/http/dataset';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { DataPorts, DataRun } from '../data-ports.ts';
import { convertFiles } from './convert.ts';
import type { Made, Making, Sinks } from './making.ts';
import { mixFiles } from './mix.ts';
import { repairFile } from './repair.ts';
import { createRowFile } from './row-file.ts';
import { openSources, type Source } from './sources.ts';
import { splitFile } from './split.ts';

/** Raised whenever the same sources and settings would give other rows. */
const converter = 1;
const mostReasons = 60;
/** Reasons that the error names when nothing came of the files. */
const toldReasons = 6;

/**
 * Makes a training file of uploaded files. The same request gives the same bytes, whichever attempt comes to the end.
 * Throws `invalid_file_format` where no row comes of it, with the most frequent reasons.
 */
export const makeDataset: DataRun<'dataset'> = async ({ request }, ports) => {
  const sources = await openSources(request, ports);
  const sinks: Sinks = {
    rows: createRowFile(ports, 'rows'),
    other: createRowFile(ports, 'other'),
    evidence: createRowFile(ports, 'evidence'),
  };
  try {
    const made = await make(request, { sources, sinks, ports });
    requireRows(made, sinks);
    return { objects: {}, files: await store({ request, made, sinks, sources }, ports) };
  } finally {
    for (const sink of Object.values(sinks)) sink.close();
  }
};

function make(request: DatasetRequest, making: Making): Promise<Made> {
  const { convert, mix, split, repair } = request;
  if (convert !== undefined) return convertFiles(convert, making);
  if (mix !== undefined) return mixFiles(mix, making);
  if (split !== undefined) return splitFile(split, making);
  if (repair !== undefined) return repairFile(repair, making);
  throw new LatheError('missing_parameter', 'Give just one of convert, mix, split and repair.');
}

function requireRows({ unused }: Made, { rows }: Sinks): void {
  if (rows.rows() > 0) return;
  const told = unused
    .slice(0, toldReasons)
    .map(({ reason, count, places }) => `${count} × ${reason} (first: ${places[0] ?? 'nowhere'})`);
  const why = told.length === 0 ? '' : `: ${told.join('; ')}`;
  throw new LatheError('invalid_file_format', `No row could be made of the files${why}.`, {
    param: 'files',
  });
}

type Finished = {
  readonly request: DatasetRequest;
  readonly made: Made;
  readonly sinks: Sinks;
  readonly sources: ReadonlyMap<string, Source>;
};

/** The side files come first: whoever sees the lineage finds what it names. */
async function store(
  { request, made, sinks, sources }: Finished,
  ports: DataPorts,
): Promise<FileRecord[]> {
  const side = sideFiles(ports.fileId);
  const filename = request.filename ?? made.filename;
  const stem = filename.replace(/\.jsonl$/, '');
  const files: FileRecord[] = [];
  const lineage: Lineage = {
    version: 1,
    dataset: ports.fileId.replace(/^file-/, 'dset_'),
    ...{ converter, request },
    sources: [...sources.values()].map(({ record }) => ({
      file: record.id,
      filename: record.filename,
      bytes: record.bytes,
      sha256: record.sha256,
    })),
    ancestors: ancestorsOf(sources),
    rows: sinks.rows.rows(),
    unused: made.unused.slice(0, mostReasons),
    rows_by_source: made.rowsBySource,
    evidence_file: sinks.evidence.rows() > 0 ? side.evidence : null,
    other_side: sinks.other.rows() > 0 ? side.other : null,
    writer: made.writer ?? null,
  };
  if (lineage.evidence_file !== null)
    files.push(
      await sinks.evidence.store({
        id: side.evidence,
        filename: `${stem}.evidence.jsonl`,
        purpose: 'user_data',
        lineage: { ...lineage, rows: sinks.evidence.rows() },
      }),
    );
  if (lineage.other_side !== null)
    files.push(
      await sinks.other.store({
        ...{ id: side.other, filename: `${stem}.held-out.jsonl`, purpose: 'fine-tune' },
        lineage: { ...lineage, rows: sinks.other.rows(), other_side: ports.fileId },
      }),
    );
  return [
    await sinks.rows.store({ id: ports.fileId, filename, purpose: 'fine-tune', lineage }),
    ...files,
  ];
}

/** All that the sources were made of, however long ago. */
function ancestorsOf(sources: Finished['sources']): string[] {
  const before = [...sources.values()].flatMap(({ record: { lineage } }) => [
    ...(lineage?.sources ?? []).map(({ file }) => file),
    ...(lineage?.ancestors ?? []),
  ]);
  return [...new Set(before)];
}
