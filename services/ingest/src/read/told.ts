/** What is known of a row besides its columns: what its file is called, and the list in an object that it is an element of. */
const toldNames = ['@file', '@list'] as const;
export type ToldName = (typeof toldNames)[number];

/** Such facts of one row, as columns of names that no file's own columns have. */
export type Told = Readonly<Partial<Record<ToldName, string>>>;

/** All values that each of them has in the files that are read together. */
export type ToldChoices = Readonly<Partial<Record<ToldName, readonly string[]>>>;

/** Whether a column is none of the file's own. */
export function isTold(column: string): boolean {
  return (toldNames as readonly string[]).includes(column);
}
