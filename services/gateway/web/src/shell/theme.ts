import { useEffect, useState } from 'preact/hooks';

const place = 'lathe.theme';
const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const listeners = new Set<() => void>();

/** What was chosen in this browser; `auto` follows the machine. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(place);
  return themes.find((theme) => theme === kept) ?? 'auto';
}

/** Shows the chosen theme. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = chosenTheme();
}

/** Goes on to the next theme, and keeps it. */
export function nextTheme(): Theme {
  const next = themes[(themes.indexOf(chosenTheme()) + 1) % themes.length] ?? 'auto';
  localStorage.setItem(place, next);
  applyTheme();
  for (const tell of listeners) tell();
  return next;
}

/** A number that is another one whenever colours change: what is drawn by script is then drawn anew. */
export function useColourChange(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const tell = (): void => setCount((before) => before + 1);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', tell);
    listeners.add(tell);
    return () => {
      dark.removeEventListener('change', tell);
      listeners.delete(tell);
    };
  }, []);
  return count;
}

/** A colour of the design tokens, such as `one`, as a script can draw it. */
export function colourOf(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
