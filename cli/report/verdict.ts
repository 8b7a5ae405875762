import type { Contestant, EvaluationReport } from '@lathe/contracts/artifact/report';
import { percent } from '../terminal/amounts.ts';
import { intervalBar } from '../terminal/bar.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Printer } from '../terminal/printer.ts';
import { padText, textWidth, wrapText } from '../terminal/text-width.ts';

const mostBarColumns = 40;
/** Widest lines of sentences. */
const mostTextColumns = 96;

const colours: Readonly<Record<NonNullable<EvaluationReport['outcome']>, keyof Paint>> = {
  improved: 'green',
  regressed: 'red',
  "don't fine-tune": 'yellow',
  'cannot tell': 'yellow',
  'not compared': 'dim',
};

type Page = Pick<Printer, 'paint' | 'width'>;

/**
 * The verdict in one sentence, then every contestant by the headline metric with its 95 % interval as a bar, then what else the model
 * still knows, and warnings.
 */
export function verdictLines(report: EvaluationReport, { paint, width }: Page): string[] {
  const { outcome, verdict, headline, rows, contestants, forgetting, warnings, notes } = report;
  const room = Math.min(mostTextColumns, width() - 1);
  const paintVerdict = paint[outcome === undefined ? 'bold' : colours[outcome]];
  const shown = contestants.map((contestant) => ({
    contestant,
    metric: metricOf(contestant, headline),
  }));
  return [
    ...(verdict === '' ? [] : wrapText(verdict, room).map(paintVerdict)),
    ...(verdict === '' ? [] : ['']),
    paint.dim(`${headline} of ${rows} held-out rows, with 95 % intervals`),
    ...contestantLines(shown, { paint, width }),
    ...notes.flatMap((note) => wrapText(note, room)),
    // What was forgotten is a warning.
    ...(forgetting === undefined || forgetting.outcome === 'forgotten'
      ? []
      : wrapText(forgetting.sentence, room)),
    ...warnings.flatMap((warning) => wrapText(warning, room).map(paint.yellow)),
  ];
}

type Metric = Contestant['metrics'][string];
type Shown = { readonly contestant: Contestant; readonly metric: Metric | undefined };

/** By the headline metric; in reports of version 1 by exact match, which was the only one. */
function metricOf({ metrics, exactMatch }: Contestant, headline: string): Metric | undefined {
  if (metrics[headline] !== undefined || headline !== 'exact match') return metrics[headline];
  const { rate, low, high } = exactMatch;
  return { value: rate, low, high, unit: 'share' };
}

function contestantLines(all: readonly Shown[], { paint, width }: Page): string[] {
  const names = Math.max(...all.map(({ contestant }) => textWidth(contestant.name)), 0);
  const scale = scaleOf(all);
  const sorted = all.toSorted(
    (a, b) =>
      (b.metric?.value ?? Number.NEGATIVE_INFINITY) - (a.metric?.value ?? Number.NEGATIVE_INFINITY),
  );
  const figures = sorted.map(({ metric }) => figureOf(metric));
  const figureColumns = Math.max(...figures.map(textWidth), 0);
  const room = Math.min(mostBarColumns, width() - names - figureColumns - 7);
  return sorted.map(({ contestant, metric }, at) => {
    const drawn = metric === undefined || room < 10 ? '' : intervalBar(scale(metric), room);
    const line = `  ${padText(contestant.name, names)}  ${padText(figures[at] ?? '', figureColumns)}  ${drawn}`;
    return contestant.name === 'tuned' ? paint.bold(line) : line;
  });
}

function figureOf(metric: Metric | undefined): string {
  if (metric === undefined) return 'not scored';
  const { value, low, high, unit } = metric;
  if (unit === 'share')
    return `${percent(value).padStart(7)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
  return `${value.toFixed(3).padStart(7)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** Places of values on a line from 0 to 1: of shares as they are, of numbers between the least and the most of all. */
function scaleOf(all: readonly Shown[]): (metric: Metric) => Metric {
  const metrics = all.flatMap(({ metric }) => metric ?? []);
  if (metrics.every(({ unit, low }) => unit === 'share' && low >= 0)) return (metric) => metric;
  const low = Math.min(...metrics.map((metric) => metric.low));
  const span = Math.max(...metrics.map((metric) => metric.high)) - low || 1;
  const place = (value: number): number => (value - low) / span;
  return (metric) => ({
    ...metric,
    value: place(metric.value),
    low: place(metric.low),
    high: place(metric.high),
  });
}
