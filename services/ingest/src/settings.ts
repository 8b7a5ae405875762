/** Limits of ingest that no user sets; a test may hold other values. */
export type IngestSettings = {
  /** Longest line of a file; a longer one is a finding, and its rest is skipped unread. */
  readonly maxLineBytes: number;
  /** Beginning of a file by which it is told what it is. */
  readonly sniffBytes: number;
  /** Paragraphs of a text are gathered into rows up to this. */
  readonly textRowBytes: number;
  /** How often a file may be packed in itself. */
  readonly maxLayers: number;
  /** Bytes that one upload may unpack to, and how many times its size beyond a grace. */
  readonly maxUnpackedBytes: number;
  readonly maxUnpackRatio: number;
  readonly unpackGraceBytes: number;
  /** Bytes that an archive or a Parquet file may take on the local disk while it is read. */
  readonly maxSpoolBytes: number;
  readonly maxArchiveFiles: number;
  /** Largest row group of a Parquet file, unpacked, and most values of one of its columns. */
  readonly maxRowGroupBytes: number;
  readonly maxRowGroupValues: number;
  /** Memory of the process that reads a Parquet file, and the longest time in which it gives no row. */
  readonly parquetMemoryMegabytes: number;
  readonly parquetSilenceMs: number;
  /** Deepest nesting of a line's JSON. */
  readonly maxDepth: number;
  readonly maxRows: number;
  /** Rows that decide which format a file has, and the most bytes read to get them. */
  readonly sampleRows: number;
  readonly sampleBytes: number;
  /** Findings that the report lists. */
  readonly listedFindings: number;
  readonly findingEvents: number;
  /** Wrong lines that the job's error names. */
  readonly namedLines: number;
  /** Wrong lines after which the rest of a file is only counted, not tokenized. */
  readonly tokenizedErrors: number;
  /** Fewer training rows than this are worth a warning. */
  readonly fewRows: number;
  /** Share of rows that may be left out since they are wrong, where the job says none; more is an error. */
  readonly wrongShare: number;
  /** Share of rows that may be dropped for their length; more is an error. */
  readonly longShare: number;
  /** Share of rows held out when the job names none, and how many are held out before the share falls with more rows. */
  readonly heldOutShare: number;
  readonly heldOutAmple: number;
  /** Fewer rows than this are not split unless the job asks for a share. */
  readonly splitLeast: number;
  readonly shardTokens: number;
  /** Window that the report plans packing for, and the pieces that texts are cut into, when the model allows it. */
  readonly windowTokens: number;
  /** How often a running ingest looks whether its job was cancelled. */
  readonly cancelPollMs: number;
  /** How often the progress of data work is stored. */
  readonly progressMs: number;
  /** How often a job tells how far its files are read. */
  readonly progressEventMs: number;
};

export const ingestDefaults: IngestSettings = {
  maxLineBytes: 8 * 1024 * 1024,
  sniffBytes: 64 * 1024,
  textRowBytes: 8_000,
  maxLayers: 3,
  maxUnpackedBytes: 64 * 1024 ** 3,
  maxUnpackRatio: 300,
  unpackGraceBytes: 64 * 1024 ** 2,
  maxSpoolBytes: 16 * 1024 ** 3,
  maxArchiveFiles: 10_000,
  maxRowGroupBytes: 512 * 1024 ** 2,
  maxRowGroupValues: 50_000_000,
  parquetMemoryMegabytes: 2048,
  parquetSilenceMs: 300_000,
  maxDepth: 64,
  maxRows: 3_000_000,
  sampleRows: 200,
  sampleBytes: 8 * 1024 * 1024,
  listedFindings: 1000,
  findingEvents: 50,
  namedLines: 3,
  tokenizedErrors: 1000,
  fewRows: 10,
  wrongShare: 0.01,
  longShare: 0.01,
  heldOutShare: 0.2,
  heldOutAmple: 400,
  splitLeast: 10,
  shardTokens: 1_000_000,
  windowTokens: 2048,
  cancelPollMs: 1000,
  progressMs: 1000,
  progressEventMs: 10_000,
};
