import type { ConvertRequest } from '@lathe/contracts/http/dataset';

export type Source = ConvertRequest['source'];

/** What talk can be made into pairs: how it is called, which files hold it, and what becomes a pair. */
export const sources: Readonly<Record<Source, { name: string; files: string; pairs: string }>> = {
  faq: {
    name: 'FAQ pages',
    files: 'Markdown, HTML, or a CSV or TSV with a question and an answer.',
    pairs: 'Each question with what answers it below; what is said twice comes once.',
  },
  slack: {
    name: 'Slack',
    files: 'The zip of an export.',
    pairs:
      'Questions with the reply that was accepted, praised, or is nearest; threads are kept together.',
  },
  tickets: {
    name: 'Support tickets',
    files: 'JSON like Zendesk’s, JSON Lines, CSV, or an mbox of mail.',
    pairs:
      'Each solved ticket as a conversation; signatures, quotes and canned replies are taken out.',
  },
};

/** The kind of talk that a text names; FAQ pages where it names none. */
export function sourceIn(text: string): Source {
  return text === 'slack' || text === 'tickets' ? text : 'faq';
}

/** Names as they are entered, between commas or on lines. */
export function namesIn(text: string): readonly string[] {
  return text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
