import { useEffect, useState } from 'preact/hooks';

const place = 'lathe.times';
const listeners = new Set<() => void>();

/** How times are told in this browser: by how long ago, or to the second. */
export type TimeStyle = 'ago' | 'exact';

function chosenStyle(): TimeStyle {
  return localStorage.getItem(place) === 'exact' ? 'exact' : 'ago';
}

/** Tells times the other way, and keeps that. */
export function nextTimeStyle(): void {
  if (chosenStyle() === 'exact') localStorage.removeItem(place);
  else localStorage.setItem(place, 'exact');
  for (const tell of listeners) tell();
}

/** How times are told, anew whenever that is chosen otherwise. */
export function useTimeStyle(): TimeStyle {
  const [style, setStyle] = useState(chosenStyle);
  useEffect(() => {
    const tell = (): void => setStyle(chosenStyle());
    listeners.add(tell);
    return () => {
      listeners.delete(tell);
    };
  }, []);
  return style;
}
