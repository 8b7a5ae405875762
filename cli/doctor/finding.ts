/** What a check found: all is well, or what is wrong and what cures it. */
export type Finding =
  | { readonly level: 'well'; readonly what: string }
  | { readonly level: 'note' | 'fault'; readonly what: string; readonly cure: string };

/** Findings under the name of what was looked at. */
export type Checked = { readonly name: string; readonly findings: readonly Finding[] };

/** Something that is as it should be. */
export function well(what: string): Finding {
  return { level: 'well', what };
}

/** Something that keeps Lathe from working. */
export function fault(what: string, cure: string): Finding {
  return { level: 'fault', what, cure };
}

/** Something that works, but not as it is likely meant. */
export function note(what: string, cure: string): Finding {
  return { level: 'note', what, cure };
}

/** What a check throws is its finding: sentences that end in the cure, as those of the start of the platform do. */
export async function look(
  name: string,
  cure: string,
  check: () => Promise<readonly Finding[]>,
): Promise<Checked> {
  try {
    return { name, findings: await check() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { name, findings: [fault(error.message, cure)] };
  }
}
