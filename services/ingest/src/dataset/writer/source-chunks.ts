import type { ConvertRequest, WriterRequest } from '@lathe/contracts/http/dataset';
import { htmlText } from '../../talk/faq/html-blocks.ts';
import { slackConversations } from '../../talk/slack/slack.ts';
import type { Tally } from '../../talk/tally.ts';
import { ticketFilePairs } from '../../talk/tickets/tickets.ts';
import { tidy } from '../../talk/words.ts';
import { openEntries } from '../entries.ts';
import type { Making } from '../making.ts';
import { slackOptions, ticketOptions } from '../options.ts';
import type { Source } from '../sources.ts';
import { wholeText } from '../whole-text.ts';
import { type Chunk, chunksOf } from './chunks.ts';

type Reading = {
  readonly source: Source;
  readonly tally: Tally;
  readonly making: Making;
  readonly writer: WriterRequest;
};

/** What a writer reads of a file: a page in pieces, or the conversations and tickets, each by itself. */
export async function* sourceChunks(
  convert: ConvertRequest,
  { source, tally, making, writer }: Reading,
): AsyncGenerator<Chunk> {
  const { filename } = source.record;
  const words = writer.chunk_words;
  if (convert.source === 'faq') {
    const text = await wholeText(source);
    yield* chunksOf(
      /\.(?:md|markdown|txt|csv|tsv)$/i.test(filename) ? tidy(text) : htmlText(text),
      {
        words,
        place: filename,
      },
    );
  } else if (convert.source === 'tickets')
    for await (const { turns, evidence } of ticketFilePairs(
      { name: filename, read: source.read },
      { options: ticketOptions(convert), tally },
    )) {
      const said = turns.map(
        ({ role, content }) => `${role === 'user' ? 'Customer' : 'Agent'}: ${content}`,
      );
      yield* chunksOf(said.join('\n\n'), { words, place: `${evidence.file} ${evidence.group}` });
    }
  else {
    const archive = await openEntries(source, { ...making, tally });
    try {
      for await (const { id, channel, said } of slackConversations(archive.entries, {
        options: slackOptions(convert),
        tally,
      }))
        if (said.length > 1)
          yield* chunksOf(said.map(({ text }) => `- ${text}`).join('\n\n'), {
            words,
            place: `#${channel} ${id}`,
          });
    } finally {
      archive.close();
    }
  }
}
