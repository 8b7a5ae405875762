import type { EvaluationReport, Forgetting } from '@lathe/contracts/artifact/report';
import { metricText, unitOf } from '@lathe/contracts/words/contestants';
import { ask, download } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { tryPath } from '../models/model-words.ts';
import { Link } from '../shell/link.tsx';
import { ActButton } from '../ui/act-button.tsx';
import { durationText, figure, grouped } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { AnswerRows } from './answer-rows.tsx';
import { LabelSections } from './confusions.tsx';
import { ContestantPlot } from './contestant-plot.tsx';
import { outcomes } from './outcomes.ts';
import { Changes, Comparisons, Contestants } from './verdict-tables.tsx';

/** Whether tuning was worth it: one sentence, a picture, then tables and rows. */
export function VerdictPage({ job }: { readonly job: string }) {
  const path = `/v1/lathe/jobs/${encodeURIComponent(job)}/report`;
  const query = useQuery((signal) => ask<EvaluationReport>(path, { signal }), [path]);
  return (
    <>
      <header class="head">
        <div>
          <h1>Was tuning worth it?</h1>
          <p class="soft">
            {query.data !== undefined &&
              `${query.data.fineTunedModel}, tuned from ${query.data.baseModel} · `}
            <Link to={`/jobs/${job}`}>the job</Link>
          </p>
        </div>
        <div class="row">
          {query.data !== undefined && <TryIt report={query.data} />}
          <ActButton act={() => download(`${path}.html`, `verdict-${job}.html`)}>
            Share as a file
          </ActButton>
          <Link to={`/jobs/new?from=${job}`} class="button">
            Clone with changes
          </Link>
        </div>
      </header>
      <Answered query={query} what="the verdict">
        {(report) => <Report report={report} />}
      </Answered>
    </>
  );
}

/** To the playground, with the base model where that can be asked the same: then it was a contestant, too. */
function TryIt({ report }: { readonly report: EvaluationReport }) {
  const { fineTunedModel: tuned, baseModel: base, contestants } = report;
  const hasBase = contestants.some(({ name }) => name === 'base');
  return (
    <Link to={hasBase ? tryPath(tuned, base) : tryPath(tuned)} class="button">
      {hasBase ? 'Try it beside its base' : 'Try it'}
    </Link>
  );
}

function Report({ report }: { readonly report: EvaluationReport }) {
  const { verdict, outcome, notes, warnings, rows, heldOutSource, sampled, cost } = report;
  const box = outcome === undefined ? { tone: '', sign: '' } : outcomes[outcome];
  return (
    <>
      <div class={`verdict ${box.tone}`}>
        {box.sign !== '' && <p class="outcome">{box.sign}</p>}
        {verdict === '' ? 'There is nothing to compare the tuned model with.' : verdict}
      </div>
      {notes.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {rows > 0 && (
        <p class="soft">
          Judged on {grouped(rows)} rows{' '}
          {heldOutSource === 'validation_file'
            ? 'of the validation file'
            : 'held out of the training file'}
          {sampled && ', drawn by chance from more'}; the tuned model never saw them.
        </p>
      )}
      <ContestantPlot report={report} />
      {cost && (
        <ul class="tiles">
          <li>
            <b>{cost.trainingSeconds === null ? '–' : durationText(cost.trainingSeconds)}</b>to
            train
          </li>
          <li>
            <b>{durationText(cost.evaluationSeconds)}</b>to judge
          </li>
          <li>
            <b>{cost.steps === null ? '–' : grouped(cost.steps)}</b>steps
          </li>
          <li>
            <b>{cost.trainedTokens === null ? '–' : grouped(cost.trainedTokens)}</b>tokens trained
            on
          </li>
        </ul>
      )}
      {warnings.length > 0 && (
        <ul>
          {warnings.map((text) => (
            <li key={text} class="warn">
              {text}
            </li>
          ))}
        </ul>
      )}
      <Comparisons report={report} />
      <AnswerRows samples={report.samples} />
      <Contestants report={report} />
      <Changes report={report} />
      {report.labels && <LabelSections labels={report.labels} />}
      {report.slices.length > 0 && <Slices report={report} />}
      {report.forgetting && <ForgettingSection forgetting={report.forgetting} />}
    </>
  );
}

function Slices({ report }: { readonly report: EvaluationReport }) {
  const unit = unitOf(report, report.headline);
  return (
    <>
      <h2>Where the tuned model is weakest</h2>
      <ul class="tiles">
        {report.slices.slice(0, 8).map(({ slice, rows, value }) => (
          <li key={slice}>
            <b>{metricText(value, unit)}</b>
            {slice} ({grouped(rows)} rows)
          </li>
        ))}
      </ul>
    </>
  );
}

function ForgettingSection({
  forgetting: { outcome, sentence, questions, text, evals = [] },
}: {
  readonly forgetting: Forgetting;
}) {
  return (
    <>
      <h2>What was forgotten</h2>
      <p class={outcome === 'forgotten' ? 'warn' : ''}>{sentence}</p>
      <ul class="tiles">
        {questions && (
          <li>
            <b>
              {questions.before} → {questions.after}
            </b>
            of {questions.asked} general questions answered right
          </li>
        )}
        {text && (
          <li>
            <b>
              {figure(text.before)} → {figure(text.after)}
            </b>
            loss on general texts
          </li>
        )}
        {evals.map(({ evalId, name, rows, before, after }) => (
          <li key={evalId}>
            <b>
              {before} → {after}
            </b>
            of {rows} rows of the eval <Link to={`/evals/${evalId}`}>{name || evalId}</Link> passed
          </li>
        ))}
      </ul>
    </>
  );
}
