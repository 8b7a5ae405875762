/** A piece of a page in reading order, whichever language the page is written in. */
export type Block = {
  /**
   * `heading`: with its level; `toggle`: what is clicked to unfold an answer; `summary`: of a `<details>`, closed by
   * `end`; `term`: of a list of definitions; `bold`: a paragraph that is bold from end to end; `text`: anything else.
   */
  readonly kind: 'heading' | 'toggle' | 'summary' | 'term' | 'bold' | 'text' | 'end';
  /** 1 to 6 of a heading, else 7. */
  readonly level: number;
  readonly text: string;
  readonly line: number;
  /** What schema.org's attributes say of it: which question, and whether its name or its answer. */
  readonly item?: { readonly number: number; readonly part: 'name' | 'answer' };
};
