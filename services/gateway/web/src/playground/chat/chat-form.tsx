import { useState } from 'preact/hooks';
import { sentenceOf } from '../../api/client.ts';
import { useQueryText } from '../../shell/router.ts';
import { Problem } from '../../ui/states.tsx';
import { KeptRows } from '../keep/kept-rows.tsx';
import { requestOf, useChatSettings } from './chat-settings.ts';
import { SettingsForm } from './settings-form.tsx';
import { Thread } from './thread.tsx';
import { isOpen } from './turn.ts';
import { useThreads } from './use-threads.ts';

/** Where answers of this page are found again among the stored ones. */
const stored = { source: 'playground' };

/** Models that write: one question to all of them, answers streamed side by side. */
export function ChatForm({ models }: { readonly models: readonly string[] }) {
  const settings = useChatSettings();
  const [question, setQuestion] = useQueryText('prompt');
  const [rows, setRows] = useQueryText('rows', 'playground');
  const [isKept, setIsKept] = useState(true);
  const [isColoured, setIsColoured] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [changes, setChanges] = useState(0);
  const { threads, send, stop, clear } = useThreads();
  const turns = models.map((model) => threads[model] ?? []);
  const last = turns.flatMap((each) => each.at(-1)?.answer ?? []);
  const isBusy = last.some(isOpen);
  const isToolsTurn = last.some(({ calls }) => calls.length > 0);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (isBusy || question.trim() === '') return;
    setProblem(null);
    try {
      const body = { ...requestOf(settings), ...(isKept && { store: true, metadata: stored }) };
      setQuestion('');
      void send({ models, system: settings.system[0], question, body });
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <>
      <SettingsForm settings={settings} />
      <div class="threads">
        {models.map((model, at) => (
          <Thread
            key={model}
            model={model}
            turns={turns[at] ?? []}
            isColoured={isColoured}
            keep={
              isKept
                ? {
                    rows,
                    onKept: () => setChanges((before) => before + 1),
                    rivals: (turn) =>
                      turns.flatMap((each, i) => (i === at ? [] : (each[turn]?.answer ?? []))),
                  }
                : null
            }
          />
        ))}
      </div>
      <form class="ask" onSubmit={submit}>
        <label>
          {isToolsTurn ? 'What the tool returned' : 'Message'}
          <textarea
            rows={3}
            value={question}
            placeholder="Ask all of them the same. Ctrl+Enter sends."
            onInput={(event) => setQuestion(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
            }}
          />
        </label>
        <div class="row">
          {isBusy ? (
            <button type="button" onClick={stop}>
              Stop
            </button>
          ) : (
            <button type="submit" class="main" disabled={question.trim() === ''}>
              Send
            </button>
          )}
          <button type="button" disabled={last.length === 0} onClick={clear}>
            Begin anew
          </button>
          <label class="check">
            <input
              type="checkbox"
              checked={isColoured}
              onChange={(event) => setIsColoured(event.currentTarget.checked)}
            />
            Show how sure each token was
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={isKept}
              onChange={(event) => setIsKept(event.currentTarget.checked)}
            />
            Store answers, so that they can become rows
          </label>
        </div>
      </form>
      {problem !== null && <Problem text={problem} />}
      <h2>Rows from answers</h2>
      <KeptRows key={changes} rows={rows} setRows={setRows} />
    </>
  );
}
