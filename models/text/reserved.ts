/**
 * Hashes of short sentences that the grammar would write by chance and that stand in banking77, a public test set
 * on which the built-in model is measured ("how do I close my account" and the like). They are not written, so
 * that no question of that set is ever trained on. Found by comparing three million messages with the set.
 */
const reserved: ReadonlySet<string> = new Set(
  `
  00154adb 038b17a3 09394bbd 0c63feb5 0d0c3a31 0e9ce08f 168d4675 17e42f1c 1f4956b2 2507c143
  2cea7b75 2f0cf92a 300e5ebd 30c9323f 35eeada8 3aaf41b5 3c18e4a1 41752e6c 43bc3846 46b09a7a
  47e22205 50b8889d 52de052a 535a4969 6146e5ee 6c846ef4 7948895c 7b2b4418 86a0e61e 8828008d
  8b695408 8e0f0478 9872452d 9f1ef8ed a4663153 a7809968 b1c4d06c b4451e87 bac7474c bb2a4583
  c37e4a74 c690720e c9e4abe5 ca210115 ceac8b93 cfd00d05 e5cdc519 e7d84540 eadccc12 ed25c58d
  ed3638de f4d5b72a f5aa533e f7778c35
`
    .trim()
    .split(/\s+/),
);

/** True for a text that must not be written, whatever its capitals and punctuation. */
export function isReserved(text: string): boolean {
  return reserved.has(fingerprint(text));
}

/** FNV-1a (32 bits, in hexadecimal) of the letters, digits and single blanks of a text. */
export function fingerprint(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9 ]/g, '')
    .replace(/ +/g, ' ')
    .trim();
  let hash = 0x811c9dc5;
  for (let at = 0; at < plain.length; at += 1) {
    hash = Math.imul(hash ^ plain.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
