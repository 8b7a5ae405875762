import { useState } from 'preact/hooks';
import { failureOf, sentenceOf } from '../api/client.ts';
import { signIn } from '../api/session.ts';
import { Problem } from '../ui/states.tsx';

/** Asks for the API key, tries it, and keeps it for the tab. */
export function SignIn({ reason }: { readonly reason: string | null }) {
  const [key, setKey] = useState('');
  const [isRemembered, setIsRemembered] = useState(false);
  const [problem, setProblem] = useState(reason);
  const [isBusy, setIsBusy] = useState(false);
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(null);
    try {
      await checkKey(key.trim());
      signIn(key.trim(), isRemembered);
    } catch (error) {
      setProblem(sentenceOf(error));
      setIsBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <h1>Lathe</h1>
      <p class="soft">Fine-tune open models on your own machines, and see whether it helped.</p>
      <form onSubmit={(event) => void enter(event)}>
        <label>
          API key
          <input
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isRemembered}
            onChange={(event) => setIsRemembered(event.currentTarget.checked)}
          />
          Remember it in this browser; else it is kept until the tab is closed
        </label>
        <button type="submit" class="main" disabled={isBusy}>
          {isBusy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
      {problem !== null && <Problem text={problem} />}
      <p class="soft">
        <code>npm start</code> prints a link that signs in, and says where the key is kept:{' '}
        <code>.lathe/api-key</code> unless you chose another folder.
      </p>
    </main>
  );
}

async function checkKey(key: string): Promise<void> {
  const response = await fetch('/v1/models', { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw await failureOf(response);
}
