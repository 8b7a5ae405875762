import type { Lineage } from '@lathe/contracts/artifact/lineage';
import type { ConvertRequest, WriterRequest } from '@lathe/contracts/http/dataset';
import { pairOf, type TalkPair } from '../../talk/pair.ts';
import type { Tally } from '../../talk/tally.ts';
import { asking, fingerprint, shareTopic } from '../../talk/words.ts';
import type { Making } from '../making.ts';
import type { Source } from '../sources.ts';
import type { Chunk } from './chunks.ts';
import { answerFormat, promptFor, promptHash, readAnswer, type WrittenPair } from './prompt.ts';
import { sourceChunks } from './source-chunks.ts';
import { plainWords, stands, support } from './support.ts';

/** A model that writes pairs about the files of one request. */
export type PairWriter = {
  /** The pairs about one file whose answers stand in it. What is refused is counted by reason. */
  readonly pairs: (
    convert: ConvertRequest,
    reading: { readonly source: Source; readonly tally: Tally },
  ) => AsyncGenerator<TalkPair>;
  /** What was asked and accepted so far. */
  readonly lineage: () => NonNullable<Lineage['writer']>;
};

/** Begins to write with a model. */
export function createPairWriter(writer: WriterRequest, making: Making): PairWriter {
  const { ports } = making;
  const count = { chunks: 0, written: 0, accepted: 0 };
  const known = new Set<string>();
  return {
    async *pairs(convert, { source, tally }) {
      for await (const chunk of sourceChunks(convert, { source, tally, making, writer })) {
        if (count.chunks >= writer.max_chunks) {
          tally.add('a chunk beyond max_chunks', chunk.place);
          continue;
        }
        count.chunks++;
        const answer = await ports.askModel(
          {
            ...{ project: ports.project, model: writer.model, url: writer.url },
            prompt: promptFor(chunk.text, writer.pairs_per_chunk),
            schema: answerFormat(writer.pairs_per_chunk),
            maxTokens: writer.max_tokens,
          },
          { signal: ports.signal, progress: () => ports.progress() },
        );
        const pairs = readAnswer(answer);
        if (typeof pairs === 'string') {
          tally.add(pairs, chunk.place);
          continue;
        }
        for (const pair of pairs) {
          count.written++;
          const why = whyRefused(pair, { chunk, writer, known });
          if (why !== undefined || pair === undefined)
            tally.add(why ?? 'a pair of another form', chunk.place);
          else {
            count.accepted++;
            yield writtenPair(pair, { chunk, source });
          }
        }
      }
    },
    lineage: () => ({
      model: writer.model,
      url: writer.url ?? null,
      prompt_sha256: promptHash(writer.pairs_per_chunk),
      ...count,
    }),
  };
}

/** Why a pair is not taken; undefined when it is, and then its question is known. */
function whyRefused(
  pair: WrittenPair | undefined,
  {
    chunk,
    writer,
    known,
  }: { readonly chunk: Chunk; readonly writer: WriterRequest; readonly known: Set<string> },
): string | undefined {
  if (pair === undefined) return 'a pair of another form';
  const answer = plainWords(pair.answer);
  const quote = plainWords(pair.evidence);
  const question = fingerprint(pair.question);
  if (question === '' || answer.length === 0) return 'a pair without a question or an answer';
  if (plainWords(pair.question).join(' ') === answer.join(' '))
    return 'an answer that repeats the question';
  if (asking(pair.question) === undefined) return 'a question that asks nothing';
  if (!stands(quote, plainWords(chunk.text))) return 'a quote that does not stand in the text';
  if (support(answer, quote) < writer.least_support)
    return 'an answer that its quote does not support';
  if (!shareTopic(pair.question, pair.evidence))
    return 'a question that has nothing to do with its quote';
  if (pair.confidence < writer.least_confidence) return 'a pair below the least confidence';
  if (known.has(question)) return 'a question that was asked before';
  known.add(question);
  return undefined;
}

function writtenPair(
  pair: WrittenPair,
  { chunk, source }: { readonly chunk: Chunk; readonly source: Source },
): TalkPair {
  return pairOf(pair.question.trim(), pair.answer.trim(), {
    file: source.record.filename,
    places: [chunk.place, `quote ${JSON.stringify(pair.evidence)}`],
    rule: 'written by a model',
    score: pair.confidence,
    group: chunk.place,
  });
}
