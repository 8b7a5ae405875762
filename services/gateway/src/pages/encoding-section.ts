import type { Encoding } from '@lathe/contracts/artifact/insight';
import { grouped, type Html, html, percent } from './html.ts';

const families: Readonly<Record<Encoding['family'], string>> = {
  byte_level_bpe: 'byte-level BPE',
  sentencepiece_bpe: 'BPE over characters, as SentencePiece has it',
  wordpiece: 'WordPiece',
  unigram: 'Unigram',
};

/** By which model and tokenizer the lengths of a report were counted; nothing in reports of before it was told. */
export function encodingSection(encoding: Encoding | undefined): Html | '' {
  if (encoding === undefined) return '';
  const { model, family, vocabulary, template, sample } = encoding;
  const { rows, letters, bytes, tokens, unknown, byteTokens } = sample;
  const each = (count: number): string => (tokens === 0 ? '–' : (count / tokens).toFixed(2));
  return html`<h2>Model and tokenizer</h2>
<div class="wide"><table>
${row('Base model', model)}
${row('Tokenizer', `${families[family]}, ${grouped(vocabulary)} tokens`)}
${row('Chat template', template.used ? 'found, and the rows went through it' : template.found ? 'found; such rows need none' : 'none')}
${row('Letters a token', html`${each(letters)} (${each(bytes)} bytes)`)}
${row('Tokens for what the vocabulary lacks', percent(unknown, tokens))}
${row('Tokens for parts of characters', percent(byteTokens, tokens))}</table></div>
<p class="soft">Counted over the texts of ${rows === 1 ? 'one row' : `${grouped(rows)} rows`} from all over the file, without what the template adds. All lengths below are in these tokens.</p>`;
}

function row(name: string, value: Html | string): Html {
  return html`<tr><td class="name">${name}</td><td class="say">${value}</td></tr>`;
}
