import type { Entity } from '@lathe/contracts/message/prediction';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { labelName } from '../served-task.ts';
import {
  argmax,
  codePoints,
  engineText,
  type Handler,
  type Reader,
  softmax,
  type TextWindow,
  wholeWindow,
  windowsOf,
} from './input.ts';

/** A token of the text, as transformers' `gather_pre_entities` describes it; places count code points. */
type Piece = {
  readonly token: number;
  /** What stands for an unknown token. */
  readonly unknown: string | null;
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly isSubword: boolean;
};
type Scored = Piece & { readonly scores: Float64Array };
type Named = {
  readonly entity: string;
  readonly score: number;
  readonly index?: number;
  readonly pieces: readonly Piece[];
};
type Sheet = { readonly windows: readonly (readonly Piece[])[] };

/**
 * Tokens with their labels, alone or grouped, as transformers' TokenClassificationPipeline: `none` and `simple` go by
 * each token, `first`, `average` and `max` by words first. Entities that two windows have are told once, the longer one.
 */
export const tokenClassification: Handler<'token-classification', Sheet> = {
  encode(reader, text, { options: { stride }, param }) {
    const windows =
      stride === null
        ? [wholeWindow(reader, [text], { param })]
        : windowsOf(reader, [text], { param, maxTokens: reader.model.room, stride });
    return {
      texts: windows.map((window) => engineText(reader.kit, window)),
      sheet: { windows: windows.map((window) => piecesOf(reader.kit.tokenizer, text, window)) },
    };
  },
  read(reader, { windows }, { options: { aggregation, ignoreLabels }, results }) {
    const ignored = new Set(ignoreLabels);
    const entities = windows.flatMap((pieces, at) => {
      const rows = scoredPieces(pieces, results[at] as Float32Array, labelsOf(reader));
      return told(reader, rows, aggregation).filter(
        ({ entity, entity_group }) =>
          !ignored.has(entity ?? '') && !ignored.has(entity_group ?? ''),
      );
    });
    return windows.length > 1 ? withoutOverlaps(entities) : entities;
  },
};

function labelsOf({ model }: Reader): readonly string[] {
  return model.task.type === 'token-classification' ? model.task.labels : [];
}

function piecesOf(tokenizer: Tokenizer, text: string, window: TextWindow): Piece[] {
  const place = codePoints(text);
  const unknownId = tokenizer.tokenId(tokenizer.names.get('unk_token') ?? '');
  return window.tokens.flatMap((token, index): Piece[] => {
    if (window.special[index] === 1) return [];
    const [from, to] = window.offsets[index] as [number, number];
    const isUnknown = token === unknownId;
    const entry = tokenizer.entry(token) ?? '';
    const [start, end] = [place(from), place(to)];
    // Where entries do not tell what goes on with a word, the blanks of the text do.
    const isSubword =
      tokenizer.subwordPrefix === undefined
        ? start > 0 && !text.slice(Math.max(0, from - 1), from + 1).includes(' ')
        : codePoints(entry)(entry.length) !== end - start;
    return [
      {
        ...{ token, index, start, end },
        unknown: isUnknown ? text.slice(from, to) : null,
        isSubword: isSubword && !isUnknown,
      },
    ];
  });
}

function scoredPieces(
  pieces: readonly Piece[],
  scores: Float32Array,
  labels: readonly string[],
): Scored[] {
  // Every token of the window has a row, special ones too; names may be fewer than scores.
  const last = pieces.at(-1)?.index ?? 0;
  const width = labels.length > 0 ? labels.length : Math.floor(scores.length / (last + 1));
  return pieces.map((piece) => ({
    ...piece,
    scores: softmax(scores.subarray(piece.index * width, (piece.index + 1) * width)),
  }));
}

function told(reader: Reader, pieces: readonly Scored[], aggregation: string): Entity[] {
  const labels = labelsOf(reader);
  const named =
    aggregation === 'none' || aggregation === 'simple'
      ? pieces.map((piece): Named => {
          const best = argmax(piece.scores);
          const score = piece.scores[best] as number;
          return { entity: labelName(labels, best), score, index: piece.index, pieces: [piece] };
        })
      : wordsOf(pieces).map((word) => wordEntity(word, labels, aggregation));
  if (aggregation !== 'none') return grouped(named).map((group) => groupEntity(reader, group));
  return named.map(({ entity, score, index, pieces: [piece] }): Entity => {
    const { token, unknown, start, end } = piece as Piece;
    const word = unknown ?? reader.kit.tokenizer.entry(token) ?? '';
    return { entity, score, ...(index !== undefined && { index }), word, start, end };
  });
}

function wordsOf(pieces: readonly Scored[]): Scored[][] {
  const words: Scored[][] = [];
  for (const piece of pieces) {
    if (piece.isSubword && words.length > 0) words.at(-1)?.push(piece);
    else words.push([piece]);
  }
  return words;
}

function wordEntity(
  word: readonly Scored[],
  labels: readonly string[],
  aggregation: string,
): Named {
  const scores = wordScores(word, aggregation);
  const best = argmax(scores);
  return { entity: labelName(labels, best), score: scores[best] as number, pieces: word };
}

/** The scores that stand for a word: of its first token, of the surest one, or the mean of all. */
function wordScores(word: readonly Scored[], aggregation: string): Float64Array {
  const [first] = word as [Scored];
  if (aggregation === 'first') return first.scores;
  if (aggregation === 'max') {
    const surest = argmax(word.map(({ scores }) => scores[argmax(scores)] as number));
    return (word[surest] as Scored).scores;
  }
  return first.scores.map(
    (_, label) =>
      word.reduce((sum, { scores }) => sum + (scores[label] as number), 0) / word.length,
  );
}

/** Neighbours of one type become one, where the later one does not begin another by `B-`. */
function grouped(entities: readonly Named[]): Named[][] {
  const groups: Named[][] = [];
  for (const entity of entities) {
    const last = groups.at(-1)?.at(-1);
    const isSame = last !== undefined && tagOf(last.entity) === tagOf(entity.entity);
    if (isSame && !entity.entity.startsWith('B-')) groups.at(-1)?.push(entity);
    else groups.push([entity]);
  }
  return groups;
}

/** The type of a label; one that has neither `B-` nor `I-` is its own. */
function tagOf(label: string): string {
  return /^[BI]-/.test(label) ? label.slice(2) : label;
}

function groupEntity({ kit }: Reader, group: readonly Named[]): Entity {
  const [first] = group as [Named];
  const pieces = group.flatMap((each) => each.pieces);
  const label = first.entity;
  return {
    entity_group: label.includes('-') ? label.slice(label.indexOf('-') + 1) : label,
    score: group.reduce((sum, { score }) => sum + score, 0) / group.length,
    word: textOf(kit.tokenizer, pieces),
    start: (pieces[0] as Piece).start,
    end: (pieces.at(-1) as Piece).end,
  };
}

/** The tokens as text; unknown ones as they were written. */
function textOf(tokenizer: Tokenizer, pieces: readonly Piece[]): string {
  const parts: (string | number[])[] = [];
  for (const { token, unknown } of pieces) {
    const last = parts.at(-1);
    if (unknown !== null) parts.push(unknown);
    else if (Array.isArray(last)) last.push(token);
    else parts.push([token]);
  }
  return parts.map((part) => (Array.isArray(part) ? tokenizer.decode(part) : part)).join(' ');
}

/** Of entities that lie over each other in several windows the longest, and of these the surest. */
function withoutOverlaps(entities: readonly Entity[]): Entity[] {
  const kept: Entity[] = [];
  for (const entity of entities.toSorted((a, b) => a.start - b.start)) {
    const last = kept.at(-1);
    if (last === undefined || entity.start >= last.end) {
      kept.push(entity);
      continue;
    }
    const longer = entity.end - entity.start - (last.end - last.start);
    if (longer > 0 || (longer === 0 && entity.score > last.score)) kept[kept.length - 1] = entity;
  }
  return kept;
}
