import type { GraderRun } from '@lathe/contracts/http/grader';
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { ActButton } from '../ui/act-button.tsx';
import { figure } from '../ui/numbers.ts';
import { graderExamples, parsedJson } from './examples.ts';

type Props = {
  /** The grader as JSON. */
  readonly grader: string;
  readonly setGrader: (grader: string) => void;
  /** The row that it is tried on, as JSON. */
  readonly item: string;
  readonly setItem: (item: string) => void;
  readonly answer: string;
  readonly setAnswer: (answer: string) => void;
};

/** A grader while it is written: chosen or pasted, and tried on one answer. */
export function GraderTrial({ grader, setGrader, item, setItem, answer, setAnswer }: Props) {
  const [run, setRun] = useState<GraderRun | null>(null);
  const [isValid, setIsValid] = useState(false);
  const clear = (): void => {
    setRun(null);
    setIsValid(false);
  };
  const validate = async (): Promise<void> => {
    clear();
    await post('validate', { grader: parsedJson(grader, 'The grader') });
    setIsValid(true);
  };
  const grade = async (): Promise<void> => {
    clear();
    const body = {
      grader: parsedJson(grader, 'The grader'),
      item: parsedJson(item, 'The row'),
      model_sample: answer,
    };
    setRun(await post<GraderRun>('run', body));
  };
  return (
    <>
      <div class="ask">
        <label>
          Begin with
          <select
            value={graderExamples.find(({ text }) => text === grader)?.name ?? ''}
            onChange={({ currentTarget: { value } }) => {
              clear();
              setGrader(graderExamples.find(({ name }) => name === value)?.text ?? grader);
            }}
          >
            <option value="">a grader of yours</option>
            {graderExamples.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <Code label="Grader" rows={10} value={grader} set={setGrader} />
        <div class="form-grid wide-fields">
          <Code label="Row, as item" rows={4} value={item} set={setItem} />
          <Code label="Answer, as sample.output_text" rows={4} value={answer} set={setAnswer} />
        </div>
        <div class="row">
          <ActButton act={grade}>Grade the answer</ActButton>
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
