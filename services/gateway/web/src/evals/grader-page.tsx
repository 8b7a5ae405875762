import type { GraderRun } from '@lathe/contracts/http/grader';
import { useState } from 'preact/hooks';
import { ask, sentenceOf } from '../api/client.ts';
import { useQueryText } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { figure } from '../ui/numbers.ts';

const example = JSON.stringify(
  {
    type: 'string_check',
    name: 'right label',
    operation: 'eq',
    input: '{{ sample.output_text }}',
    reference: '{{ item.label }}',
  },
  null,
  2,
);

/** A grader while it is written, tried on one answer. */
export function GraderPage() {
  const [grader, setGrader] = useQueryText('grader', example);
  const [item, setItem] = useQueryText('item', '{ "label": "billing" }');
  const [answer, setAnswer] = useQueryText('answer', 'billing');
  const [run, setRun] = useState<GraderRun | null>(null);
  const [isValid, setIsValid] = useState(false);
  const clear = (): void => {
    setRun(null);
    setIsValid(false);
  };
  const validate = async (): Promise<void> => {
    clear();
    await post('validate', { grader: parsed(grader, 'The grader') });
    setIsValid(true);
  };
  const grade = async (): Promise<void> => {
    clear();
    const body = {
      grader: parsed(grader, 'The grader'),
      item: parsed(item, 'The row'),
      model_sample: answer,
    };
    setRun(await post<GraderRun>('run', body));
  };
  return (
    <>
      <h1>Try a grader</h1>
      <div class="ask">
        <Code label="Grader" rows={12} value={grader} set={setGrader} />
        <div class="form-grid wide-fields">
          <Code label="Row, as item" rows={4} value={item} set={setItem} />
          <Code label="Answer, as sample.output_text" rows={4} value={answer} set={setAnswer} />
        </div>
        <div class="row">
          <ActButton class="main" act={grade}>
            Grade the answer
          </ActButton>
          <ActButton act={validate}>Check the grader alone</ActButton>
        </div>
      </div>
      <div role="status">
        {isValid && <p class="good">The grader can run.</p>}
        {run !== null && <Graded run={run} />}
      </div>
    </>
  );
}

type CodeProps = {
  readonly label: string;
  readonly rows: number;
  readonly value: string;
  readonly set: (value: string) => void;
};

function Code({ label, rows, value, set }: CodeProps) {
  return (
    <label>
      {label}
      <textarea
        class="mono"
        spellcheck={false}
        rows={rows}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

function Graded({ run: { reward, metadata, sub_rewards: parts } }: { readonly run: GraderRun }) {
  const faults = Object.entries(metadata.errors)
    .filter(([, value]) => value !== false && value !== null)
    .map(([name, value]) => (value === true ? name.replaceAll('_', ' ') : String(value)));
  return (
    <>
      <ul class="tiles">
        <li>
          <b>{figure(reward)}</b>reward
        </li>
        {Object.entries(parts).map(([name, value]) => (
          <li key={name}>
            <b>{figure(value)}</b>
            {name}
          </li>
        ))}
        <li>
          <b>{figure(metadata.execution_time * 1000)} ms</b>time
        </li>
      </ul>
      {faults.map((fault) => (
        <p key={fault} class="error">
          {fault}
        </p>
      ))}
    </>
  );
}

function post<T>(door: 'run' | 'validate', body: object): Promise<T> {
  return ask(`/v1/fine_tuning/alpha/graders/${door}`, { method: 'POST', body });
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} cannot be read as JSON: ${sentenceOf(error)}`);
  }
}
