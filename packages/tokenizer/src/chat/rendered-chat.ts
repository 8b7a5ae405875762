import type { Rendered } from '../jinja/template.ts';
import type { Marks } from '../jinja/value/rendering.ts';
import type { UnknownTexts } from '../jinja/value/unknown-texts.ts';

/**
 * One turn of a conversation. `weight` 0 keeps an assistant turn out of the loss; templates never see it.
 * @example const message: Message = { role: 'user', content: 'Hello' };
 */
export type Message = {
  role: string;
  content?: string | null | undefined;
  weight?: number | undefined;
  readonly [field: string]: unknown;
};

export type RenderOptions = {
  /** End with the header of an assistant turn, so that a model goes on with its answer. */
  addGenerationPrompt?: boolean;
  tools?: readonly unknown[] | undefined;
  /** Messages call tools or tell what they returned: a template for tools renders them, also without `tools`. */
  hasCalls?: boolean | undefined;
  /** What else a template reads, such as `enable_thinking`. */
  variables?: Readonly<Record<string, unknown>> | undefined;
};

/** A stretch of rendered text, in UTF-16 units; the spans of a text follow each other without gaps. */
export type ChatSpan = {
  start: number;
  end: number;
  /** `answer`: written by the assistant, end of turn included. `context`: all that leads to it. */
  kind: 'context' | 'answer';
  supervised: boolean;
  /** Of an answer: which message it is, where that is known. */
  message?: number;
};

export type RenderedChat = {
  text: string;
  spans: ChatSpan[];
  /**
   * How the answers were found: by tags, since the text grows with the conversation, or one by one where their
   * texts stand; `none` in a prompt for a template whose text does not grow.
   */
  foundBy: 'tags' | 'prefixes' | 'contents' | 'none';
  /** What the generation prompt goes on with where the text of an answer does not: an opened thought. */
  promptSurplus?: string;
};

export type ChatTemplate = {
  /** The file that the template came from. */
  source: string;
  isTagged: boolean;
  /** The texts that are not known yet, where it renders messages that say their signs. */
  unknown?: UnknownTexts | undefined;
  /** The same template for messages each of which says a sign: what it renders holds whatever the texts are, by what is taken for granted of them. */
  withUnknown(unknown: UnknownTexts): ChatTemplate;
  /** The template's eos_token. */
  endOfText: string | undefined;
  /** Plain rendering; throws TokenizerError with the template's own complaint. */
  render(messages: readonly Message[], options: RenderOptions): string;
  /** The same, with where the tagged answers stand in the text; undefined where only marks could tell. */
  renderTagged(messages: readonly Message[], options: RenderOptions): Rendered;
  /** Rendering with `open` and `close` around each tagged answer; for templates with generation tags. */
  renderMarked(messages: readonly Message[], options: RenderOptions, marks: Marks): string;
};
