import { useState } from 'preact/hooks';
import { callText, type Language, languages } from './call-text.ts';

/** The request as a program, ready to be copied. */
export function CallSection({ body }: { readonly body: Readonly<Record<string, unknown>> }) {
  const [language, setLanguage] = useState<Language>('TypeScript');
  const [isCopied, setIsCopied] = useState(false);
  const text = callText(language, location.origin, body);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), 2000);
  };
  return (
    <>
      <fieldset class="row choice">
        <legend class="unseen">Language</legend>
        {languages.map((each) => (
          <label key={each} class="check">
            <input
              type="radio"
              name="language"
              checked={each === language}
              onChange={() => setLanguage(each)}
            />
            {each}
          </label>
        ))}
        <button type="button" class="small" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </fieldset>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: else only a pointer could scroll it */}
      <pre class="code" tabIndex={0}>
        {text}
      </pre>
    </>
  );
}
