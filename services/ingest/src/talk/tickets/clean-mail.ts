import { tidy } from '../words.ts';

const attribution =
  /^(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb\b.{0,80}|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió|op\b.{4,200}\bschreef.{0,80}|il\b.{4,200}\bha scritto)\s*:\s*$/iu;
const original =
  /^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|oorspronkelijk bericht)\s*-{2,}|begin forwarded message:|_{10,})\s*$/iu;
const outlookFrom = /^\s*\*?(?:from|von|de|van)\s*:\*?\s+\S/iu;
const outlookNext =
  /^\s*\*?(?:sent|date|to|subject|gesendet|an|betreff|envoyé|objet|enviado|asunto|verzonden|onderwerp)\s*:\*?\s/iu;
const replyMarker = /^#{2,}-\s*please type your reply above this line\s*-#{2,}/iu;
const sentFrom =
  /^(?:sent (?:from|via|with) (?:my |mail |yahoo |outlook|samsung|the |proton)?\S.{0,60}|get outlook for .{0,40}|von meinem .{0,40} gesendet|envoyé de mon .{0,40})\.?$/iu;
const farewell =
  /^(?:(?:kind|best|warm|many|with (?:best|kind)|warmest)\s+(?:regards|wishes)|regards|best|all the best|cheers|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|respectfully|thanks(?: (?:again|in advance|a lot|so much|and regards))?|thank you(?: (?:in advance|very much|for your help))?|(?:many|with many) thanks(?: (?:in advance|again))?|mit freundlichen grüßen|viele grüße|(?:liebe|beste) grüße|mfg|vg|lg|cordialement|bien à vous|saludos|un saludo|have a (?:great|nice|good|lovely) (?:day|weekend|one|evening))[\s,.!–-]*$/iu;
const greeting =
  /^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|greetings|hallo|guten tag|liebe[r]?|sehr geehrte[r]?|bonjour|hola)\b[^\n.?]{0,50}[,!.:–-]*$/iu;
const legal =
  /confidential|intended (?:solely|only|exclusively)|intended recipient|privileged|unauthori[sz]ed|notify the sender|received this (?:e-?mail|message) in error|consider the environment|scanned (?:for|by) |registered (?:office|in england)|company (?:no|number|registration)|unsubscribe|vertraulich|nicht der (?:richtige|beabsichtigte)/giu;

/**
 * What a mail's author wrote in it: without quoted replies, forwarded originals, signature, farewell, greeting and legal
 * notices.
 */
export function cleanMail(text: string): string {
  const lines = withoutQuotes(tidy(text).split('\n'));
  const paragraphs = lines.join('\n').split(/\n{2,}/);
  const kept = paragraphs.filter((paragraph) => (paragraph.match(legal)?.length ?? 0) < 2);
  const body = withoutSignature(kept.join('\n\n').split('\n'));
  while (body.length > 0 && (body[0]?.trim() === '' || greeting.test(body[0]?.trim() ?? '')))
    body.shift();
  return tidy(body.join('\n'));
}

/** Lines that the author wrote anew. What stands under a forwarded head is another's from there on. */
function withoutQuotes(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (replyMarker.test(line) || original.test(line) || isOutlookHead(lines, at)) break;
    if (/^\s*>/.test(line)) continue;
    // An attribution may be wrapped onto a second line.
    if (attribution.test(line.trim())) continue;
    if (attribution.test(`${line.trim()} ${lines[at + 1]?.trim() ?? ''}`) && /\d/.test(line)) {
      at++;
      continue;
    }
    out.push(line);
  }
  return out;
}

function isOutlookHead(lines: readonly string[], at: number): boolean {
  if (!outlookFrom.test(lines[at] ?? '')) return false;
  return lines.slice(at + 1, at + 5).filter((line) => outlookNext.test(line)).length >= 2;
}

/** Whether a line is a name with its firm and numbers, as `Ann | Mugs Ltd | +44 20 …`. */
function isCard(line: string): boolean {
  return line.length <= 160 && line.split(/\s[|·•]\s/).length >= 3;
}

/** Cuts at `-- `, at "Sent from my …", at a line of name and numbers at the end, and at a farewell that only few short lines follow. */
function withoutSignature(lines: readonly string[]): string[] {
  let end = lines.length;
  for (const [at, line] of lines.entries())
    if (line.trim() === '--' || sentFrom.test(line.trim())) {
      end = at;
      break;
    }
  while (end > 0 && (lines[end - 1]?.trim() === '' || isCard(lines[end - 1] ?? ''))) end--;
  const body = lines.slice(0, end);
  for (let at = body.length - 1; at >= Math.max(0, body.length - 14); at--) {
    if (!farewell.test(body[at]?.trim() ?? '')) continue;
    const after = body.slice(at + 1).filter((line) => line.trim() !== '');
    if (after.length <= 8 && after.every((line) => line.trim().length <= 70))
      return withoutSignature(body.slice(0, at));
  }
  return body;
}
