/** 1 where a text is as the reference says, else 0: the same, another, or holding it, `ilike` whatever the case. */
export function stringCheck(
  operation: 'eq' | 'ne' | 'like' | 'ilike',
  input: string,
  reference: string,
): number {
  switch (operation) {
    case 'eq':
      return Number(input === reference);
    case 'ne':
      return Number(input !== reference);
    case 'like':
      return Number(input.includes(reference));
    case 'ilike':
      return Number(input.toLowerCase().includes(reference.toLowerCase()));
  }
}
