import { useState } from 'preact/hooks';
import { type Call, curlOf, useCalls } from '../api/calls.ts';
import { CopyText } from '../ui/copy-text.tsx';
import { counted } from '../ui/numbers.ts';

/** Where the numbers of a page come from: each call of the API that it has made, to be made again by anybody. */
export function ApiCalls() {
  const calls = useCalls();
  const [isOpen, setIsOpen] = useState(false);
  if (calls.length === 0) return null;
  return (
    <details class="calls" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Where these numbers come from: {counted(calls.length, 'call')} of the API</summary>
      {/* A page looks for its own words: what nobody has opened is not there. */}
      {isOpen && <Commands calls={calls} />}
    </details>
  );
}

function Commands({ calls }: { readonly calls: readonly Call[] }) {
  return (
    <>
      <p class="soft">
        The page shows what these answer and nothing else. <a href="/docs">What each field means</a>
      </p>
      <ul class="plain">
        {calls.map((call, at) => {
          const { method, path, body } = call;
          return (
            <li key={`${method} ${path} ${body ?? ''}`}>
              <b>
                {method} {path}
              </b>
              <CopyText text={curlOf(location.origin, call)} what={`command ${at + 1}`} />
            </li>
          );
        })}
      </ul>
    </>
  );
}
