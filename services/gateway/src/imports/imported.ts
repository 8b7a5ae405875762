import type { ImportFinding } from '@lathe/contracts/http/eval-import';
import type { Grader } from '@lathe/contracts/http/grader';

export type TemplateMessages = {
  readonly role: 'user' | 'assistant' | 'system' | 'developer';
  readonly content: string;
}[];

/** What an import comes to: an eval, its rows, and what is asked of each. */
export type Imported = {
  readonly name: string;
  readonly criteria: Grader[];
  /** Lines of a file of rows. */
  readonly rows: readonly string[];
  /** One a prompt; null: rows bring their answers along. */
  readonly prompts: readonly TemplateMessages[] | null;
  readonly findings: ImportFinding[];
};
