import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as JavaScriptTokenizer } from '@huggingface/tokenizers';
import { createTokenizer } from '@lathe/tokenizer/tokenizer';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { benchRows } from './files.ts';

/** Texts that the native package takes at a time; one by one its calls cost more than its work. */
const batch = 1000;

/** Speed of tokenizing alone in MB a second of this process's CPU, of ours and of both peers, on the same texts. */
export async function tokenizingSpeeds(
  folder: string,
  megabytes: number,
): Promise<ReadonlyMap<string, number>> {
  const texts: string[] = [];
  let bytes = 0;
  for (const { prompt, completion } of benchRows()) {
    if (bytes >= megabytes * 1e6) break;
    texts.push(prompt, completion);
    bytes += Buffer.byteLength(prompt) + Buffer.byteLength(completion);
  }
  const json = readFileSync(join(folder, 'tokenizer.json'), 'utf8');
  const ours = createTokenizer(JSON.parse(json), 'tokenizer.json');
  const peer = new JavaScriptTokenizer(JSON.parse(json), {});
  const native = NativeTokenizer.fromString(json);
  const runs: Readonly<Record<string, () => Promise<void> | void>> = {
    ours: () => {
      for (const text of texts) ours.encode(text);
    },
    '@huggingface/tokenizers': () => {
      for (const text of texts) peer.encode(text, { add_special_tokens: false });
    },
    'tokenizers (native)': async () => {
      for (let from = 0; from < texts.length; from += batch)
        for (const encoding of await native.encodeBatch(texts.slice(from, from + batch), {
          addSpecialTokens: false,
        }))
          encoding.getIds();
    },
  };
  const speeds = new Map<string, number>();
  for (const [name, run] of Object.entries(runs)) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    speeds.set(name, bytes / (user + system));
  }
  return speeds;
}
