import type { ConvertRequest } from '@lathe/contracts/http/dataset';
import { faqPairs } from '../talk/faq/faq.ts';
import type { TalkPair } from '../talk/pair.ts';
import { slackPairs } from '../talk/slack/slack.ts';
import { createTally, type Tally } from '../talk/tally.ts';
import { ticketFilePairs } from '../talk/tickets/tickets.ts';
import { openEntries } from './entries.ts';
import { type Made, type Making, sourceOf } from './making.ts';
import { slackOptions, ticketOptions } from './options.ts';
import type { Source } from './sources.ts';
import { wholeText } from './whole-text.ts';
import { createPairWriter } from './writer/written-pairs.ts';

/**
 * Talk as examples: each pair a row, and its evidence a row of the same number in the side file. What is not used is
 * counted by reason.
 */
export async function convertFiles(convert: ConvertRequest, making: Making): Promise<Made> {
  const { sinks, ports } = making;
  const tally = createTally();
  const rowsBySource: Record<string, number> = {};
  const writer =
    convert.writer === undefined ? undefined : createPairWriter(convert.writer, making);
  for (const id of new Set(convert.files)) {
    const source = sourceOf(making, id);
    const before = sinks.rows.rows();
    const pairs =
      writer === undefined
        ? pairsOf(convert, { source, tally, making })
        : writer.pairs(convert, { source, tally });
    for await (const pair of pairs) {
      ports.signal.throwIfAborted();
      await sinks.rows.add(rowOf(pair, convert.system));
      await sinks.evidence.add({ row: sinks.rows.rows(), source: id, ...pair.evidence });
      ports.progress({ rows: sinks.rows.rows() });
    }
    rowsBySource[id] = sinks.rows.rows() - before;
  }
  return {
    unused: tally.list(),
    rowsBySource,
    ...(writer && { writer: writer.lineage() }),
    filename: `${convert.source}-pairs.jsonl`,
  };
}

type Reading = { readonly source: Source; readonly tally: Tally; readonly making: Making };

async function* pairsOf(
  convert: ConvertRequest,
  { source, tally, making }: Reading,
): AsyncGenerator<TalkPair> {
  const { filename } = source.record;
  if (convert.source === 'faq')
    yield* faqPairs({ name: filename, text: await wholeText(source) }, tally);
  else if (convert.source === 'tickets') {
    const options = ticketOptions(convert);
    yield* ticketFilePairs({ name: filename, read: source.read }, { options, tally });
  } else {
    const options = slackOptions(convert);
    const archive = await openEntries(source, { ...making, tally });
    try {
      yield* slackPairs(archive.entries, { options, tally });
    } finally {
      archive.close();
    }
  }
}

/** A chat, or where the answer was rated a judged one. */
function rowOf({ turns, label }: TalkPair, system: string | undefined): object {
  const head = system === undefined ? [] : [{ role: 'system', content: system }];
  if (label === undefined) return { messages: [...head, ...turns] };
  return {
    input: { messages: [...head, ...turns.slice(0, -1)] },
    output: turns.slice(-1),
    label,
  };
}
