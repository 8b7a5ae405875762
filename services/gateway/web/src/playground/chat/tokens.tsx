import type { TokenLogprob } from '@lathe/contracts/http/chat';
import { useState } from 'preact/hooks';
import { percentText } from '../../ui/numbers.ts';
import { Progress } from '../../ui/progress.tsx';

/** Probabilities below which a token is coloured stronger. */
const doubts = [0.2, 0.5, 0.8, 0.95] as const;

/** An answer by its tokens, coloured by how sure each was; the pointer or the arrow keys choose one, whose alternatives are shown. */
export function Tokens({ tokens }: { readonly tokens: readonly TokenLogprob[] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = chosen === null ? 0 : chosen + by;
    setChosen(Math.max(0, Math.min(tokens.length - 1, next)));
  };
  const shown = chosen === null ? undefined : tokens[chosen];
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: no element is a list whose options flow as a text does */}
      <div
        class="said answer-tokens"
        role="group"
        aria-label="Tokens; the arrow keys choose one"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard chooses tokens, too
        tabIndex={0}
        onKeyDown={move}
      >
        {tokens.map(({ token, logprob }, at) => (
          <span
            key={at}
            class={`doubt-${doubtOf(logprob)} ${at === chosen ? 'chosen' : ''}`}
            onPointerEnter={() => setChosen(at)}
          >
            {token}
          </span>
        ))}
      </div>
      <div class="alternatives" role="status">
        {shown === undefined ? (
          <p class="soft small-text">
            Point at a token, or choose one with the arrow keys, to see what else could have come.
          </p>
        ) : (
          <Alternatives token={shown} />
        )}
      </div>
    </>
  );
}

function doubtOf(logprob: number): number {
  const at = doubts.findIndex((bound) => Math.exp(logprob) < bound);
  return at < 0 ? 0 : doubts.length - at;
}

function Alternatives({
  token: { token, logprob, top_logprobs: top },
}: {
  readonly token: TokenLogprob;
}) {
  const isAmong = top.some((each) => each.token === token);
  const all = isAmong ? top : [...top, { token, logprob }];
  return (
    <ul class="bars">
      {all.map((each) => (
        <li key={each.token} class={each.token === token ? 'chosen' : undefined}>
          <code>{visible(each.token)}</code>
          <Progress
            share={Math.exp(each.logprob)}
            label={`Probability of ${visible(each.token)}`}
          />
          <span class="n">{percentText(Math.exp(each.logprob))}</span>
        </li>
      ))}
    </ul>
  );
}

/** A token as it can be seen: blanks and line breaks have signs. */
function visible(token: string): string {
  return token === '' ? '(end)' : token.replaceAll(' ', '␣').replaceAll('\n', '↵');
}
