import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { grouped } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import type { JobDraft } from './job-draft.ts';
import { insideOf, kindOf, type OptionSchema, readOptionSchemas } from './option-schema.ts';

type Options = JobDraft['lathe'];
type Props = { readonly options: Options; readonly onChange: (options: Options) => void };

/** A bound: large ones are read in groups of digits. */
function bound(value: number): string {
  return value >= 10_000 ? grouped(value) : String(value);
}

/** Every option of Lathe's own, with what it means: those that are set come first, others are found by a word. */
export function OptionFields({ options, onChange }: Props) {
  const query = useQuery(readOptionSchemas, []);
  const [word, setWord] = useState('');
  const set = (name: string, value: unknown): void => {
    const { [name]: _, ...others } = options;
    onChange(value === undefined ? others : { ...others, [name]: value });
  };
  return (
    <Answered query={query} what="the settings">
      {(schemas) => {
        const wanted = word.trim().toLowerCase();
        const shown = schemas
          .filter(([name, schema]) =>
            `${name} ${schema.description ?? ''}`.toLowerCase().includes(wanted),
          )
          .toSorted(([a], [b]) => Number(b in options) - Number(a in options));
        return (
          <>
            <input
              type="search"
              aria-label="Find a setting"
              placeholder="Find a setting …"
              value={word}
              onInput={(event) => setWord(event.currentTarget.value)}
            />
            <div class="options">
              {shown.map(([name, schema]) => (
                <Option
                  key={name}
                  name={name}
                  schema={schema}
                  value={options[name]}
                  onSet={(value) => set(name, value)}
                />
              ))}
            </div>
          </>
        );
      }}
    </Answered>
  );
}

/** What holds where the option is left out, as far as that is one value. */
function usualText({ default: usual }: OptionSchema): string {
  return usual === undefined ? 'as usual' : `as usual: ${usual}`;
}

type OptionProps = {
  readonly name: string;
  readonly schema: OptionSchema;
  readonly value: unknown;
  readonly onSet: (value: unknown) => void;
};

function Option({ name, schema, value, onSet }: OptionProps) {
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
