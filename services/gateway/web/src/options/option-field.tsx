import { useState } from 'preact/hooks';
import { grouped } from '../ui/numbers.ts';
import { insideOf, kindOf, type OptionSchema } from './option-schema.ts';

/** A bound: large ones are read in groups of digits. */
function bound(value: number): string {
  return value >= 10_000 ? grouped(value) : String(value);
}

/** What holds where the option is left out, as far as that is one value. */
function usualText({ default: usual }: OptionSchema): string {
  return usual === undefined ? 'as usual' : `as usual: ${usual}`;
}

type OptionProps = {
  readonly name: string;
  readonly schema: OptionSchema;
  /** What it is set to; undefined: nothing. */
  readonly value: unknown;
  readonly onSet: (value: unknown) => void;
};

/** An option of a job with what it means, as its schema has it. */
export function OptionField({ name, schema, value, onSet }: OptionProps) {
  const id = `option-${name}`;
  const { description = '', minimum, maximum } = schema;
  const range =
    minimum === undefined || maximum === undefined
      ? ''
      : ` From ${bound(minimum)} to ${bound(maximum)}.`;
  return (
    <div class={`option${value === undefined ? '' : ' set'}`}>
      <label for={id}>
        <code>{name}</code>
      </label>
      <Field id={id} name={name} schema={schema} value={value} onSet={onSet} />
      <p class="soft small-text" id={`${id}-about`}>
        {description.replaceAll('`', '')}
        {description !== '' && '.'}
        {range}
      </p>
    </div>
  );
}

function Field({ id, schema, value, onSet }: OptionProps & { readonly id: string }) {
  const kind = kindOf(schema);
  const about = { id, 'aria-describedby': `${id}-about` };
  if (kind === 'choice' || kind === 'boolean') {
    const choices = schema.enum ?? ['true', 'false'];
    return (
      <select
        {...about}
        value={value === undefined ? '' : String(value)}
        onChange={({ currentTarget: { value: text } }) =>
          onSet(text === '' ? undefined : kind === 'boolean' ? text === 'true' : text)
        }
      >
        <option value="">{usualText(schema)}</option>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  if (kind === 'number')
    return (
      <input
        {...about}
        type="number"
        step="any"
        min={schema.minimum}
        max={schema.maximum}
        placeholder={usualText(schema)}
        value={typeof value === 'number' ? value : ''}
        onInput={({ currentTarget: { value: text } }) =>
          onSet(text === '' ? undefined : Number(text))
        }
      />
    );
  if (kind === 'text')
    return (
      <input
        {...about}
        placeholder={usualText(schema)}
        value={typeof value === 'string' ? value : ''}
        onInput={({ currentTarget: { value: text } }) => onSet(text === '' ? undefined : text)}
      />
    );
  if (kind === 'list') return <ListField about={about} value={value} onSet={onSet} />;
  return <JsonField about={about} schema={schema} value={value} onSet={onSet} />;
}

type JsonProps = Pick<OptionProps, 'schema' | 'value' | 'onSet'> & {
  readonly about: { readonly id: string; readonly 'aria-describedby': string };
};

function JsonField({ about, schema, value, onSet }: JsonProps) {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value));
  const [problem, setProblem] = useState<string | null>(null);
  const read = (said: string): void => {
    setText(said);
    if (said.trim() === '') {
      setProblem(null);
      onSet(undefined);
      return;
    }
    try {
      onSet(JSON.parse(said));
      setProblem(null);
    } catch {
      setProblem('This is not JSON yet, and is not used.');
    }
  };
  return (
    <div>
      <textarea
        {...about}
        rows={1}
        spellcheck={false}
        placeholder={insideOf(schema)}
        value={text}
        onInput={(event) => read(event.currentTarget.value)}
      />
      {problem !== null && (
        <p class="error small-text" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** Texts, one a line. */
function ListField({ about, value, onSet }: Omit<JsonProps, 'schema'>) {
  const [text, setText] = useState(Array.isArray(value) ? value.join('\n') : '');
  return (
    <textarea
      {...about}
      rows={2}
      spellcheck={false}
      placeholder="one a line"
      value={text}
      onInput={({ currentTarget: { value: said } }) => {
        setText(said);
        const lines = said.split('\n').filter((line) => line.trim() !== '');
        onSet(lines.length === 0 ? undefined : lines);
      }}
    />
  );
}
