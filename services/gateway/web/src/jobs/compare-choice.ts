/** Runs that are compared at most: those that are not over hold a connection each, of which a browser opens six. */
export const mostCompared = 5;

/** The jobs that an address names, separated by commas. */
export function chosenJobs(text: string): readonly string[] {
  const ids = text.split(',').filter((id) => id !== '');
  return [...new Set(ids)].slice(0, mostCompared);
}
