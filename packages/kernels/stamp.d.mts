/** The sources of the kernels and how they are compiled as they are now, as one hash. Throws where the sources are not there. */
export function stampNow(): string;
