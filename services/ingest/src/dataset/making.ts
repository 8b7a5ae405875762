import type { Lineage } from '@lathe/contracts/artifact/lineage';
import type { DataPorts } from '../data-ports.ts';
import type { RowFile } from './row-file.ts';
import type { Source } from './sources.ts';

/** Where rows go: the file, the rows that a split sets apart, and the evidence of a conversion. */
export type Sinks = {
  readonly rows: RowFile;
  readonly other: RowFile;
  readonly evidence: RowFile;
};

/** What an operation works with. */
export type Making = {
  /** The files of the request by their ids. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly sinks: Sinks;
  readonly ports: DataPorts;
};

/** What an operation made, before it is stored. */
export type Made = {
  readonly unused: Lineage['unused'];
  /** Rows by the id of the file that they come from. */
  readonly rowsBySource: Readonly<Record<string, number>>;
  readonly writer?: NonNullable<Lineage['writer']>;
  /** What the file is called when the request does not say. */
  readonly filename: string;
};

/** A source of the request. */
export function sourceOf({ sources }: Pick<Making, 'sources'>, id: string): Source {
  const source = sources.get(id);
  if (source === undefined) throw new Error(`the file ${id} was not opened`);
  return source;
}

/** A name for a file that was made of another: `rows.csv` becomes `rows.split.jsonl`. */
export function madeName(filename: string, how: string): string {
  const stem = filename.replace(
    /(?:\.(?:jsonl?|csv|tsv|txt|md|html?|mbox|zip|gz|zst|parquet))+$/i,
    '',
  );
  return `${stem === '' ? 'rows' : stem}.${how}.jsonl`;
}
