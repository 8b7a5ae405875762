import type { DatasetReport, Finding } from '@lathe/contracts/artifact/dataset';
import { grouped, type Html, html } from './html.ts';

/** Lines that are named of each rule, and sentences. */
const mostLines = 6;
const mostMessages = 3;

type Rule = {
  readonly rule: string;
  readonly level: Finding['level'];
  readonly findings: Finding[];
  /** How many there are, beyond the list too where that is known. */
  count: number;
};

/** What was found, by rule, errors first: how often, in which lines first, and in what words. */
export function findingsTable({ findings, moreFindings, reasons }: DatasetReport): Html {
  if (findings.length === 0) return html`<p>Nothing is wrong with any row.</p>`;
  const rules = new Map<string, Rule>();
  for (const finding of findings) {
    const { file, rule, level } = finding;
    const key = `${file} ${rule} ${level}`;
    const group = rules.get(key) ?? { rule, level, findings: [], count: 0 };
    group.count++;
    group.findings.push(finding);
    rules.set(key, group);
  }
  const all = [...rules.values()];
  for (const rule of all) {
    // Of a rule that both files break, the list has to tell the shares.
    const isAlone = all.filter((each) => each.rule === rule.rule).length === 1;
    const known = reasons?.find((each) => each.rule === rule.rule && each.level === rule.level);
    if (isAlone && known !== undefined) rule.count = known.count;
  }
  const sorted = all.toSorted((a, b) => a.level.localeCompare(b.level) || b.count - a.count);
  return html`<div class="wide"><table class="stack"><tr><th>Rule</th><th class="n">Findings</th><th>First lines</th><th>What it says</th></tr>
${sorted.map(ruleRow)}</table></div>${moreFindings > 0 && html`<p class="soft">${grouped(moreFindings)} more findings of the same kinds are counted and not listed.</p>`}`;
}

function ruleRow({ rule, level, findings, count }: Rule): Html {
  // What is found of a wrong row is told once it is known what becomes of it.
  const lines = [...new Set(findings.map(({ line }) => line))]
    .filter((line) => line > 0)
    .sort((a, b) => a - b);
  const named = lines.slice(0, mostLines).map(grouped).join(', ');
  const messages = [...new Set(findings.map(({ message }) => message))].slice(0, mostMessages);
  const validation = findings[0]?.file === 'validation_file' ? ' (validation file)' : '';
  return html`<tr><td class="${level}">${rule}${validation}</td><td class="n">${grouped(count)}</td><td>${named}${lines.length > mostLines && ' …'}</td><td class="say">${messages.map((message) => html`<p>${message}</p>`)}</td></tr>`;
}
