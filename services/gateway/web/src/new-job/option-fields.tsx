import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { OptionField } from '../options/option-field.tsx';
import { readOptionSchemas } from '../options/read-option-schemas.ts';
import { Answered } from '../ui/states.tsx';
import type { JobDraft } from './job-draft.ts';

type Options = JobDraft['lathe'];
type Props = { readonly options: Options; readonly onChange: (options: Options) => void };

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
                <OptionField
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
