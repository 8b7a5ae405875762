import type { ModelObject } from '@lathe/contracts/http/model';

/** How a model is asked in the playground: as one that writes, or by what it was taught. */
export type AskedAs = 'chat' | 'labels' | 'spans' | 'question' | 'mask' | 'similarity';

/** In words, as they follow "models that". */
export const askedAsWords: Readonly<Record<AskedAs, string>> = {
  chat: 'write',
  labels: 'give labels or scores',
  spans: 'mark words',
  question: 'answer from a text',
  mask: 'fill in words',
  similarity: 'compare texts',
};

/** How a model is asked, by its task; what was taught nothing but makes vectors compares texts. */
export function askedAs({ lathe: { task } }: ModelObject): AskedAs {
  switch (task?.type) {
    case 'generation':
    case 'preference':
      return 'chat';
    case 'classification':
    case 'reward':
      return 'labels';
    case 'token-classification':
      return 'spans';
    case 'question-answering':
      return 'question';
    case 'masked-lm':
      return 'mask';
    case 'embedding':
    case undefined:
      return 'similarity';
  }
}
