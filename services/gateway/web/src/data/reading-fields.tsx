import type { DataOptions } from '@lathe/contracts/http/data';
import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { OptionField } from '../options/option-field.tsx';
import { readOptionSchemas } from '../options/read-option-schemas.ts';
import { Answered } from '../ui/states.tsx';

/** Options of `lathe.data` that the form of the format has. */
const elsewhere: ReadonlySet<string> = new Set(['format', 'columns', 'choice_answers']);

type Props = {
  /** What was said of how the file is read. */
  readonly data: DataOptions;
  readonly onChange: (data: DataOptions) => void;
};

/** Whatever else can be said of how rows are read, by the API's description of itself: followed once it is sent. */
export function ReadingFields({ data, onChange }: Props) {
  const [draft, setDraft] = useState<Readonly<Record<string, unknown>>>(data);
  const query = useQuery(async (signal) => {
    const schemas = new Map(await readOptionSchemas(signal));
    return Object.entries(schemas.get('data')?.properties ?? {});
  }, []);
  const set = (name: string, value: unknown): void => {
    const { [name]: _, ...others } = draft;
    setDraft(value === undefined ? others : { ...others, [name]: value });
  };
  const isSet = Object.keys(data).some((name) => !elsewhere.has(name));
  return (
    <details open={isSet}>
      <summary>How else its rows are read</summary>
      <Answered query={query} what="what can be said of rows">
        {(schemas) => (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              // What it may hold the API says.
              onChange(draft as DataOptions);
            }}
          >
            <div class="options">
              {schemas
                .filter(([name]) => !elsewhere.has(name))
                .map(([name, schema]) => (
                  <OptionField
                    key={name}
                    {...{ name, schema, value: draft[name] }}
                    onSet={(value) => set(name, value)}
                  />
                ))}
            </div>
            <button type="submit">Read the rows so</button>
          </form>
        )}
      </Answered>
    </details>
  );
}
