import { describe, expect, it } from 'vitest';
import { trainByteLevelBpe } from '../learn/train-bpe.ts';
import { createTokenizer } from '../tokenizer.ts';
import { createChatTemplate } from './chat-template.ts';
import { checkRows } from './fit.ts';

const file = trainByteLevelBpe(['a house, a mouse and a house'], {
  vocabularySize: 270,
  specialTokens: ['<pad>', '<turn>'],
});
const rows = Object.keys(file.model.vocab).length;
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
const added = (id: number, content: string, special = false) => ({
  id,
  content,
  ...flags,
  special,
});
const withTokens = (...tokens: ReturnType<typeof added>[]) =>
  createTokenizer({ ...file, added_tokens: [...file.added_tokens, ...tokens] });
const template = createChatTemplate(
  '{% for m in messages %}{{ m.content }}<turn>{% endfor %}{% if add_generation_prompt %}<go>{% endif %}',
  { source: 'template' },
);

describe('a tokenizer and the rows of a model', () => {
  it('fit when no token is beyond the rows', () => {
    expect(() => checkRows(createTokenizer(file), rows, template)).not.toThrow();
    expect(() => checkRows(createTokenizer(file), rows + 10)).not.toThrow();
  });

  it('do not fit when a text can have a token beyond them', () => {
    expect(() => checkRows(withTokens(added(rows, '<note>')), rows)).toThrow(
      `tokenizer.json: the tokenizer has token ${rows} ("<note>"), but the model has ${rows} rows`,
    );
    expect(() => checkRows(createTokenizer(file), rows - 1)).toThrow(`has token ${rows - 1}`);
  });

  it('fit when only a special token that nothing writes is beyond them', () => {
    expect(() => checkRows(withTokens(added(rows, '[PAD]', true)), rows, template)).not.toThrow();
  });

  it('do not fit when the template writes a special token beyond them', () => {
    const more = withTokens(added(rows, '<go>', true));
    expect(() => checkRows(more, rows)).not.toThrow();
    expect(() => checkRows(more, rows, template)).toThrow(`has token ${rows} ("<go>")`);
  });

  it('do not fit when the end of text is beyond them', () => {
    const names = new Map([['eos_token', '</s>']]);
    const json = { ...file, added_tokens: [...file.added_tokens, added(rows, '</s>', true)] };
    expect(() => checkRows(createTokenizer(json, 'file', { names }), rows)).toThrow('("</s>")');
  });

  it('fit when an entry beyond them is made by no merge', () => {
    const vocab = { ...file.model.vocab, 'filling up': rows };
    const filled = createTokenizer({ ...file, model: { ...file.model, vocab } });
    expect(() => checkRows(filled, rows)).not.toThrow();
    const whole = { ...file, model: { ...file.model, vocab, ignore_merges: true } };
    expect(() => checkRows(createTokenizer(whole), rows)).toThrow(`has token ${rows}`);
  });
});
