import type { FormatCandidate } from '@lathe/contracts/artifact/detection';
import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import { choiceAnswersText } from '@lathe/contracts/words/choices';
import { inspectFile, inspectionPath } from '../api/inspect-file.ts';
import { fileIdOf } from '../api/upload.ts';
import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { writeAnswer } from '../command/write-answer.ts';
import { count, percent } from '../terminal/amounts.ts';
import type { Printer } from '../terminal/printer.ts';
import { table } from '../terminal/table.ts';
import { harmless, padText } from '../terminal/text-width.ts';
import { alike } from './alike.ts';

/** Findings that are shown; the page and --json have more. */
const mostFindings = 20;

export const dataInspect = command({
  name: 'data inspect',
  summary:
    'Says what a job would find in a file: its format, rows, lengths, labels and problems by line.',
  details:
    'The file is uploaded, and its id printed: lathe tune takes that, too. Exit status 1 where a job would refuse it.',
  args: [
    {
      name: 'file',
      meaning: 'a file of this machine, or the id of an uploaded one',
      completion: 'file',
    },
  ],
  options: {
    model: {
      meaning: 'the base model it is for; by default the first that learns from such rows',
      value: '<model>',
      completion: 'model',
    },
    html: {
      meaning: 'writes the whole report as a page, too',
      value: '<file>',
      completion: 'file',
    },
    repaired: {
      meaning: 'writes the rows that are right, each once, as JSON Lines',
      value: '<file>',
      completion: 'file',
    },
  },
  async run(call) {
    const { args, options, out, err, isJson, json, connect, signal } = call;
    const api = await connect();
    const file = await fileIdOf(call, api, { name: args[0] ?? '' });
    err.draw(['Looking at the rows …']);
    const body = options.model === undefined ? {} : { model: options.model };
    const done = await inspectFile(api, file, { body, signal });
    const at = inspectionPath(done);
    err.clear();
    if (isJson) json(done);
    const { report, error, seed } = done;
    if (report === null)
      throw new CommandError('ended', error?.message ?? `The inspection was ${done.status}.`);
    if (!isJson) tellReport(report, { out, seed });
    if (options.html !== undefined)
      await writeAnswer(call, await api.fetch(`${at}/report.html`), options.html);
    if (options.repaired !== undefined)
      await writeAnswer(call, await api.fetch(`${at}/repaired`), options.repaired);
    if (report.refusal === null) return;
    if (!isJson && report.repaired !== undefined && options.repaired === undefined)
      err.line(
        `To go on with the ${count(report.repaired.rows)} rows that are right: lathe data inspect ${file} --repaired right.jsonl, then lathe tune right.jsonl`,
      );
    throw new CommandError('failed', report.refusal.message);
  },
});

/** Which column is what: `"review" as text; "stars" as label`. */
function columnsText(columns: FormatCandidate['columns']): string {
  const named = Object.entries(columns).map(([role, names]) => {
    const quoted = [names].flat().map((name) => JSON.stringify(harmless(name)));
    return `${quoted.join(', ')} as ${role}`;
  });
  return named.join('; ');
}

function tellReport(
  { model, passedOver = [], task, method, dataset, plan, repaired }: InspectionReport,
  { out, seed }: { readonly out: Printer; readonly seed: number },
): void {
  const fact = (name: string, value: string): void =>
    out.line(`${out.paint.dim(padText(name, 14))} ${value}`);
  if (task !== null) fact('teaches', `${task.type}${model === null ? '' : `, for ${model}`}`);
  for (const { model: other, why } of passedOver)
    fact('not for', harmless(`${other}, since ${why}`));
  const [training] = dataset?.formats ?? [];
  if (method !== undefined && method !== 'supervised')
    fact('by', training?.kind === 'judged' ? `${method}, with the loss kto` : method);
  if (dataset === null) return;
  const { rows, tokens, formats = [], labels = [], findings, moreFindings } = dataset;
  for (const { format, confidence, isAsked, columns, unused, answers } of formats) {
    fact('format', isAsked ? format : `${format}, ${percent(confidence)} sure`);
    fact('columns', columnsText(columns));
    if (answers !== undefined) fact('answers', `each is ${choiceAnswersText[answers]}`);
    if (unused.length > 0) fact('not used', harmless(unused.join(', ')));
  }
  fact(
    'rows',
    `${count(rows.read)} read, ${count(rows.kept)} right, ${count(rows.rejected)} wrong, ${count(rows.duplicates)} repeated`,
  );
  fact(
    'tokens',
    `${count(tokens.total)}, ${count(tokens.supervised)} of them taught; a row has ${count(tokens.p50)}, the longest ${count(tokens.max)}`,
  );
  if (plan !== undefined) {
    fact(
      'a job',
      `${count(plan.trainRows)} rows to train on and ${count(plan.heldOutRows)} to judge by, ${count(plan.steps)} steps`,
    );
    if (plan.heldOutRows > 0)
      fact('', `held out by the seed ${seed}; a job draws its own, or takes --seed ${seed}`);
  }
  if (repaired !== undefined)
    fact(
      'repaired',
      `${count(repaired.rows)} rows: those that are right, each once (--repaired <file>)`,
    );
  if (labels.length > 0) {
    out.line();
    const cells = labels.map(({ label, train, heldOut }) => [
      harmless(label),
      count(train),
      count(heldOut),
    ]);
    for (const line of table(
      ['label', 'training', 'held out'],
      cells.slice(0, mostFindings),
      out.width(),
    ))
      out.line(line);
  }
  if (findings.length === 0) return;
  out.line();
  const told = alike(findings);
  for (const { level, text } of told.slice(0, mostFindings))
    out.line(level === 'error' ? out.paint.red(text) : out.paint.yellow(text));
  const more = Math.max(0, told.length - mostFindings) + moreFindings;
  if (more > 0) out.line(out.paint.dim(`and ${count(more)} more findings (--html <file>)`));
}
