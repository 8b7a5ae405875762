import type { Api } from '../api/api.ts';
import type { Printer } from '../terminal/printer.ts';

/** What a shell offers where a value is asked for: files of a kind, or what Lathe has. */
export type Completion = 'file' | 'job' | 'model' | readonly string[];

export type Option = {
  readonly meaning: string;
  /** What its value is called; without one it is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  /** One letter. */
  readonly short?: string;
  readonly completion?: Completion;
};

export type Argument = {
  readonly name: string;
  readonly meaning: string;
  readonly isOptional?: true;
  /** Takes all that follow; it is the last one. */
  readonly many?: true;
  readonly completion?: Completion;
};

export type Options = Readonly<Record<string, Option>>;

/** The values of options: of a flag whether it was given, else the text, or all texts of one that may come several times. */
type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends { many: true }
    ? readonly string[]
    : O[Name] extends { value: string }
      ? string | undefined
      : boolean;
};

/** What a command does its work with. */
export type Call<O extends Options = Options> = {
  readonly args: readonly string[];
  readonly options: Values<O>;
  /** Answers go here. */
  readonly out: Printer;
  /** What happens meanwhile, and remarks, so that a pipe gets answers alone. */
  readonly err: Printer;
  /** Whether answers are wanted as the API's JSON. */
  readonly isJson: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: NodeJS.ReadStream;
  /** Of `--profile`. */
  readonly profile: string | undefined;
  /** Finds out which Lathe is meant. Rejects where none is. */
  connect(): Promise<Api>;
  /** Writes a value as JSON on one line. */
  json(value: unknown): void;
  /** Aborted by Ctrl-C where the command said that it wants to end by itself. */
  readonly signal: AbortSignal;
  /** From now on Ctrl-C aborts `signal` instead of ending the program. */
  catchInterrupt(): void;
};

/** A command of the table: its name is one or two words. */
export type Command = {
  readonly name: string;
  readonly summary: string;
  /** Sentences below the summary in its help. */
  readonly details?: string;
  readonly examples?: readonly string[];
  readonly args: readonly Argument[];
  readonly options: Options;
  readonly run: (call: Call) => Promise<void>;
};

type Typed<O extends Options> = Omit<Command, 'options' | 'run'> & {
  readonly options: O;
  readonly run: (call: Call<O>) => Promise<void>;
};

/** A command whose `run` gets the values of its options by their types. */
export function command<const O extends Options>(typed: Typed<O>): Command {
  // What parses a command line gives a command the values of its own options.
  return typed as unknown as Command;
}
