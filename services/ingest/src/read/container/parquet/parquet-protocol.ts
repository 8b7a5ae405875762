// What the program that reads a Parquet file and who starts it agree on.

/** The program finds the open file there. */
export const fileNumber = 3;
/** How the program ends where the file cannot be read. */
export const refusedExit = 3;
