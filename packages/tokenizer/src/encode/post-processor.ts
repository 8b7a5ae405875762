import { z } from 'zod';
import {
  type Component,
  flattenSequence,
  type Located,
  parseField,
  refuseComponent,
} from '../component.ts';
import { TokenizerError } from '../error.ts';

/** A piece of what a model reads: special tokens, or the first or second text. */
export type TemplatePiece = { typeId: number } & ({ ids: readonly number[] } | { text: 0 | 1 });

/** What is put around one text and around two. */
export type PostProcessor = {
  single: readonly TemplatePiece[];
  pair: readonly TemplatePiece[];
  /** Whether offsets leave out the spaces at the ends of a token, and whether the first may be no text. */
  trim: { addPrefixSpace: boolean } | undefined;
};

const first = { text: 0, typeId: 0 } as const;
const second = { text: 1, typeId: 1 } as const;

const templatePieceSchema = z.union([
  z.strictObject({
    SpecialToken: z.looseObject({ id: z.string(), type_id: z.int().default(0) }),
  }),
  z.strictObject({
    Sequence: z.looseObject({ id: z.enum(['A', 'B']), type_id: z.int().default(0) }),
  }),
]);
const templateSchema = z.looseObject({
  single: z.array(templatePieceSchema),
  pair: z.array(templatePieceSchema),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int().nonnegative()) })),
});
const namedToken = z.tuple([z.string(), z.int().nonnegative()]);
const bertSchema = z.looseObject({ sep: namedToken, cls: namedToken });
const robertaSchema = bertSchema.extend({
  trim_offsets: z.boolean().default(true),
  add_prefix_space: z.boolean().default(true),
});
const byteLevelSchema = z.looseObject({
  trim_offsets: z.boolean().default(true),
  add_prefix_space: z.boolean().default(true),
});

/** Reads the post-processor of a tokenizer.json; throws TokenizerError naming one that is not supported. */
export function readPostProcessor(
  source: string,
  node: Component | null | undefined,
): PostProcessor {
  let trim: PostProcessor['trim'];
  let template: Pick<PostProcessor, 'single' | 'pair'> | undefined;
  for (const located of flattenSequence(source, node, 'post_processor', 'processors')) {
    const { component, path } = located;
    if (component.type === 'ByteLevel') {
      const options = parseField(source, byteLevelSchema, component, path);
      if (options.trim_offsets) trim = { addPrefixSpace: options.add_prefix_space };
      continue;
    }
    if (template !== undefined) refuseComponent(source, located, ' after another template');
    template = readTemplate(source, located);
    if (component.type === 'RobertaProcessing') {
      const options = parseField(source, robertaSchema, component, path);
      if (options.trim_offsets) trim = { addPrefixSpace: options.add_prefix_space };
    }
  }
  return { ...(template ?? { single: [first], pair: [first, second] }), trim };
}

function readTemplate(source: string, located: Located): Pick<PostProcessor, 'single' | 'pair'> {
  const { component, path } = located;
  switch (component.type) {
    case 'TemplateProcessing':
      return readTemplateProcessing(source, located);
    case 'BertProcessing': {
      const { cls, sep } = parseField(source, bertSchema, component, path);
      const single = [special(cls[1], 0), first, special(sep[1], 0)];
      return { single, pair: [...single, second, special(sep[1], 1)] };
    }
    case 'RobertaProcessing': {
      const { cls, sep } = parseField(source, robertaSchema, component, path);
      const single = [special(cls[1], 0), first, special(sep[1], 0)];
      const rest = [special(sep[1], 0), { ...second, typeId: 0 }, special(sep[1], 0)];
      return { single, pair: [...single, ...rest] };
    }
    default:
      return refuseComponent(source, located);
  }
}

function special(id: number, typeId: number): TemplatePiece {
  return { ids: [id], typeId };
}

function readTemplateProcessing(
  source: string,
  { component, path }: Located,
): Pick<PostProcessor, 'single' | 'pair'> {
  const template = parseField(source, templateSchema, component, path);
  const read = (field: 'single' | 'pair'): TemplatePiece[] =>
    template[field].map((piece) => {
      if ('Sequence' in piece) {
        const { id, type_id: typeId } = piece.Sequence;
        return { text: id === 'A' ? 0 : 1, typeId };
      }
      const { id, type_id: typeId } = piece.SpecialToken;
      const token = template.special_tokens[id];
      if (token !== undefined) return { ids: token.ids, typeId };
      throw new TokenizerError(source, `${path}.${field}: special token "${id}" is not defined`);
    });
  const checked = (field: 'single' | 'pair', texts: readonly number[]): TemplatePiece[] => {
    const pieces = read(field);
    const named = pieces.flatMap((piece) => ('text' in piece ? [piece.text] : []));
    if (named.join() === texts.join() || (field === 'pair' && pieces.length === 0)) return pieces;
    throw new TokenizerError(
      source,
      `${path}.${field} must hold each text once and in order (${texts.length})`,
    );
  };
  return { single: checked('single', [0]), pair: checked('pair', [0, 1]) };
}

/** The special tokens before and after a single text. */
export function affixes({ single }: PostProcessor): { prefix: number[]; suffix: number[] } {
  const at = single.findIndex((piece) => 'text' in piece);
  const ids = (pieces: readonly TemplatePiece[]): number[] =>
    pieces.flatMap((piece) => ('ids' in piece ? [...piece.ids] : []));
  return { prefix: ids(single.slice(0, at)), suffix: ids(single.slice(at + 1)) };
}
