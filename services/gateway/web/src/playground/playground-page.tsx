import type { ModelObject } from '@lathe/contracts/http/model';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { askedAs } from '../models/model-words.ts';
import { Link } from '../shell/link.tsx';
import { useQueryText } from '../shell/router.ts';
import { Answered, Empty } from '../ui/states.tsx';
import { ChatForm } from './chat/chat-form.tsx';
import { ModelChoice } from './model-choice.tsx';
import { TextForm } from './texts/text-form.tsx';

/** One to four models that are asked the same, side by side. */
export function PlaygroundPage() {
  const query = useQuery((signal) => ask<{ data: ModelObject[] }>('/v1/models', { signal }), []);
  return (
    <>
      <h1>Playground</h1>
      <Answered query={query} what="the models">
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="There is no model to ask.">
              <p>
                Fetch one with <code>npm run models:get</code>, or{' '}
                <Link to="/">tune the example</Link>.
              </p>
            </Empty>
          ) : (
            <Chosen models={data} />
          )
        }
      </Answered>
    </>
  );
}

function Chosen({ models }: { readonly models: readonly ModelObject[] }) {
  // A line break is what no name of a model has in it.
  const [names, setNames] = useQueryText('models');
  const wanted = names.split('\n').flatMap((name) => models.find(({ id }) => id === name) ?? []);
  const usual = models.find((model) => askedAs(model) === 'chat') ?? models[0];
  const chosen = wanted.length > 0 ? wanted : usual === undefined ? [] : [usual];
  const kind = chosen[0] === undefined ? 'chat' : askedAs(chosen[0]);
  const ids = chosen.filter((model) => askedAs(model) === kind).map(({ id }) => id);
  const missing = names === '' ? [] : names.split('\n').filter((name) => !ids.includes(name));
  return (
    <>
      <ModelChoice models={models} chosen={ids} onChange={(next) => setNames(next.join('\n'))} />
      {missing.length > 0 && (
        <p class="warn" role="status">
          Left out, because it is not there or is asked otherwise: {missing.join(', ')}
        </p>
      )}
      {kind === 'chat' ? (
        <ChatForm models={ids} />
      ) : (
        <TextForm key={kind} kind={kind} models={ids} />
      )}
    </>
  );
}
