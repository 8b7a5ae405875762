/** A token that is cut out of the text before BPE sees it. */
export type AddedToken = { id: number; content: string; special: boolean; normalized: boolean };

/** Either one added token or a stretch of ordinary text; `start` counts UTF-16 units. */
export type Section = { start: number; text: string; token: number | undefined };

/** Cuts a text at the added tokens in it, longest first where several start at one place. */
export type SectionSplitter = (text: string, special: boolean) => Section[];

/** `special` tokens are cut out only when asked for; the others always, as every tokenizer does. */
export function createSectionSplitter(tokens: readonly AddedToken[]): SectionSplitter {
  const ids = new Map(tokens.map(({ content, id }) => [content, id]));
  const all = matcher(tokens);
  const ordinary = matcher(tokens.filter(({ special }) => !special));
  return (text, special) => {
    const pattern = special ? all : ordinary;
    if (pattern === undefined) return [{ start: 0, text, token: undefined }];
    const sections: Section[] = [];
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      const content = match[0];
      if (match.index > end)
        sections.push({ start: end, text: text.slice(end, match.index), token: undefined });
      sections.push({ start: match.index, text: content, token: ids.get(content) });
      end = match.index + content.length;
    }
    if (end < text.length) sections.push({ start: end, text: text.slice(end), token: undefined });
    return sections;
  };
}

function matcher(tokens: readonly AddedToken[]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const contents = tokens.map(({ content }) => content).sort((a, b) => b.length - a.length);
  return new RegExp(contents.map((content) => RegExp.escape(content)).join('|'), 'gu');
}

/** Prepares a search for special tokens written out in a text: each once, in order of appearance. */
export function createControlFinder(tokens: readonly AddedToken[]): (text: string) => string[] {
  const pattern = matcher(tokens.filter(({ special }) => special));
  return (text) => (pattern === undefined ? [] : [...new Set(text.match(pattern) ?? [])]);
}
