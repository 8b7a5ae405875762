import { createPaint, type Paint } from './paint.ts';
import { cutText } from './text-width.ts';

/** What a terminal, a pipe or a file is to a printer. */
export type Sink = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

/** Writes lines to one output, and below them a few that are drawn anew in their place. */
export type Printer = {
  readonly isTerminal: boolean;
  readonly paint: Paint;
  /** Columns of the terminal now; of what is none, more than any line has. */
  width(): number;
  /** A line that stays. */
  line(text?: string): void;
  /** Text that stays, as it is, such as a piece of an answer. */
  write(text: string): void;
  /** Lines that take the place of those drawn before; nothing where the output is no terminal. */
  draw(lines: readonly string[]): void;
  /** Takes away what was drawn. */
  clear(): void;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Columns where nobody says how many there are. */
const usualColumns = 80;

/** A printer on an output. `NO_COLOR` and a `TERM` of `dumb` are respected. */
export function createPrinter(sink: Sink, env: Environment): Printer {
  const isTerminal = sink.isTTY === true && env.TERM !== 'dumb';
  const isColoured = isTerminal && !env.NO_COLOR;
  const width = (): number => (isTerminal ? sink.columns || usualColumns : Number.MAX_SAFE_INTEGER);
  let drawn = 0;
  const clear = (): void => {
    if (drawn === 0) return;
    // Up to the first of them, and away with all below.
    sink.write(`\r${drawn > 1 ? `\u001b[${drawn - 1}A` : ''}\u001b[J`);
    drawn = 0;
  };
  return {
    isTerminal,
    paint: createPaint(isColoured),
    width,
    clear,
    write(text) {
      clear();
      sink.write(text);
    },
    line(text = '') {
      clear();
      sink.write(`${text}\n`);
    },
    draw(lines) {
      if (!isTerminal) return;
      clear();
      // A line that wraps would be two, of which one stays.
      sink.write(lines.map((line) => cutText(line, width() - 1)).join('\n'));
      drawn = lines.length;
    },
  };
}
