/** How keys begin that services give out, with as many characters after it as they have at least. */
const prefixes =
  /^(?:sk-(?:proj-|ant-[a-z0-9]+-|or-v1-)?[\w-]{20,}|(?:sk|pk|rk)_(?:live|test)_\w{16,}|gh[pousr]_\w{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|ya29\.[\w-]{20,}|hf_\w{30,}|npm_\w{36}|pypi-[\w-]{40,}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_[a-f0-9]{64}|shpat_[a-f0-9]{32}|whsec_\w{24,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,})$/;

/** What stands before a key that has no beginning of its own. */
const told =
  /(?:api[_ -]?key|secret(?:[_ -]?key)?|access[_ -]?(?:key|token)|auth[_ -]?token|token|passw(?:or)?d|pwd|passwort|bearer|client[_ -]?secret)["']?(?: is)?\s{0,2}[:= ]{1,3}\s?["']?$/i;

/** A text has one of these where a key stands in it that is known by its beginning. */
export const secretBeginnings =
  /(?<![\w/+-])(?:sk-|[spr]k_|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AKIA|ASIA|AIza|ya29\.|hf_|npm_|pypi-|SG\.|dop_v1_|shpat_|whsec_|eyJ)/;
/** The same of one that is told to be a key. */
export const secretNames = /key|secret|token|passw|pwd|bearer/i;

/** Bits a character that a key has at least: words and numbers in order have fewer. */
const leastBits = 3;

/** Whether it is a key: by its beginning, or told to be one and as good as drawn by chance. */
export function isSecret(found: string, before: string): boolean {
  if (
    /^(.)\1*$/.test(found.slice(8)) ||
    /x{6}|\*{4}|\.{3}|example|your[_-]?|placeholder/i.test(found)
  )
    return false;
  if (prefixes.test(found)) return true;
  const isMixed = /\d/.test(found) && /[a-z]/i.test(found);
  return told.test(before) && isMixed && entropy(found) >= leastBits && !/^[\d.-]+$|\//.test(found);
}

/** Shannon's entropy of the characters, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}
