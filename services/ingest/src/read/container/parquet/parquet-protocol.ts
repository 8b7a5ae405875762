// What the program that reads a Parquet file and who starts it agree on. It writes the rows, a line each, behind a first line: what `datasets`
// of Hugging Face says of the columns, JSON as the JSON of a text.

/** The program finds the open file there. */
export const fileNumber = 3;
/** How the program ends where the file cannot be read. */
export const refusedExit = 3;
