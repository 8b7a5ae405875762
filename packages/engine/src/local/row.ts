import type { Message } from '@lathe/tokenizer/rendered-chat';
import type { Places } from '@lathe/tokenizer/word-places';

type Asked = {
  readonly messages: readonly Message[];
  readonly tools?: readonly unknown[] | undefined;
};

/** What is said of a text, as the file has it. */
export type Label = string | number | boolean;

/** A record of a file by what it is, whatever its fields are called; labels and tags as they stand there. */
export type Row =
  | ({ readonly kind: 'chat' } & Asked)
  | { readonly kind: 'completion'; readonly prompt: string; readonly completion: string }
  | { readonly kind: 'text'; readonly text: string }
  | ({
      readonly kind: 'preference';
      readonly preferred: Message;
      readonly rejected: Message;
    } & Asked)
  | ({ readonly kind: 'judged'; readonly answer: Message; readonly label: boolean } & Asked)
  | {
      readonly kind: 'labelled';
      readonly text: string;
      readonly pair?: string | undefined;
      readonly label: Label | readonly Label[];
      /** Whether the field of the label is called a score. */
      readonly isScore: boolean;
    }
  | {
      readonly kind: 'tagged';
      readonly text: string;
      readonly words: Places;
      readonly tags: readonly (string | number)[];
    }
  | {
      readonly kind: 'question';
      readonly question: string;
      readonly context: string;
      readonly answers: readonly { readonly text: string; readonly start: number }[];
    }
  | {
      readonly kind: 'related';
      readonly texts: readonly string[];
      readonly score?: number | undefined;
    };

export type RowOf<Kind extends Row['kind']> = Extract<Row, { readonly kind: Kind }>;
