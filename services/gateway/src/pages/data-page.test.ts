import { readFileSync } from 'node:fs';
import { type DatasetReport, datasetReportSchema } from '@lathe/contracts/artifact/dataset';
import type { Insight } from '@lathe/contracts/artifact/insight';
import type { InspectionReport } from '@lathe/contracts/artifact/inspection';
import { expect, it } from 'vitest';
import { dataPage } from './data-page.ts';
import { html, percent } from './html.ts';
import { pageHeaders } from './page-frame.ts';

const fixture = new URL(
  '../../../../packages/contracts/fixtures/dataset-report.1.json',
  import.meta.url,
);
const stored = datasetReportSchema.parse(JSON.parse(readFileSync(fixture, 'utf8')));
const subject = { name: 'rows.jsonl', bytes: 1234, id: 'insp_1', createdAt: 1_795_887_000 };

const hostile = `</style></title><script>alert(1)</script><img src=x onerror="a()">'&amp;\u202eevil\u0000`;
const lengths = { p50: 1, p95: 2, p99: 2, max: 2, total: 3, bars: [{ upTo: 8, count: 2 }] };
const insight: Insight = {
  encoding: {
    ...{ model: hostile, family: 'unigram', vocabulary: 32_000, tokenizerSha256: 'a'.repeat(64) },
    template: { found: true, used: false },
    sample: { rows: 7, letters: 400, bytes: 500, tokens: 100, unknown: 3, byteTokens: 0 },
  },
  ...{ limit: 512, sequences: lengths, taught: lengths, asked: lengths },
  roles: { rows: 7, of: [{ role: 'user', messages: 9, lengths }] },
  offered: { tokens: 20, taught: 10 },
  truncation: [{ at: 64, rows: 1, tokens: 10, taught: 5 }],
  tooLong: {
    ...{ rows: 7, chosen: 'truncate_end' },
    policies: [{ policy: 'truncate_end', changed: 5, leftOut: 2, tokens: 812, taught: 90 }],
  },
  shown: [
    {
      ...{ which: 'first', line: 1, more: 3 },
      sequences: [
        {
          tokens: [{ text: hostile, taught: true }, null, { text: '\n', taught: false }],
          length: 900,
        },
      ],
    },
    {
      ...{ which: 'cut', line: 4, more: 0 },
      sequences: [
        {
          tokens: [
            { text: 'read', taught: false },
            { text: 'lost', taught: false, cut: true },
            { text: 'answer', taught: true, cut: true },
          ],
          ...{ length: 3, cut: 2 },
        },
      ],
    },
  ],
};
const dataset: DatasetReport = {
  ...stored,
  insight,
  cleaning: {
    duplicates: { exact: 2, near: 1, dropped: 0, isComplete: false },
    contamination: { prompts: 0, near: 0, phrases: 0, dropped: 0 },
    personalData: [{ kind: 'email', rows: 4 }],
    ...{ conflicts: 3, redacted: 0, controlStrings: 0 },
    languages: [{ side: 'training', language: 'de', rows: 90 }],
  },
  labels: [{ label: hostile, train: 3, heldOut: 1 }],
  findings: [
    {
      ...{ file: 'training_file', line: 7, path: hostile, rule: hostile, message: hostile },
      level: 'error',
    },
  ],
};
const report: InspectionReport = {
  ...{ version: 1, model: hostile, task: { type: 'generation' }, dataset },
  refusal: { code: 'invalid_file_format', message: hostile, param: null },
};

it('no text of a user becomes a part of the page', () => {
  const page = dataPage(report, { ...subject, name: hostile, id: hostile });
  expect(page).not.toMatch(/<(script|img|iframe|link|object|embed|form|a|base)\b/i);
  expect(page.match(/<style>/g)).toHaveLength(1);
  // Whatever could be an attribute with a meaning is written by us, and we write none.
  expect(page.replaceAll(/&[a-z0-9#]+;/g, '')).not.toMatch(/<[^>]*\s(on\w+|style|href|src)=/i);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // What is not seen, or turns the text around, is named.
  expect(page).toContain('‹202e›evil‹0000›');
  for (const unseen of ['\u0000', '\u202e']) expect(page).not.toContain(unseen);
  expect(page.isWellFormed()).toBe(true);
});

it('loads nothing, and the headers allow nothing but its own style', () => {
  const page = dataPage(report, subject);
  expect(page).not.toMatch(/https?:|url\(|@import/);
  const policy = pageHeaders['content-security-policy'];
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]+=*';/);
  expect(page).toContain(/style-src '[^']+'/.exec(policy)?.[0]);
});

it('says what a job would do, what is wrong and how long the rows are', () => {
  const page = dataPage(report, subject);
  for (const text of [
    'A job would refuse the file for the task generation.',
    ...['rows read', 'If rows were cut', 'As the model sees them', 'The first row, line 1'],
    ...['hold personal data: email', 'too many words to compare'],
    ...['Messages by role', 'in 7 rows from all over', '<td class="name">user</td>'],
    ...['Unigram, 32,000 tokens', 'found; such rows need none', '4.00 (5.00 bytes)', '>3 %<'],
    ...['<i>read</i><s>lost</s><s class="taught">answer</s>', '3 tokens, of which 2 are dropped'],
    ...['898 tokens are not shown here', 'and 3 more sequences of the same row', '1.2 kB'],
  ])
    expect(page).toContain(text);
  const fine = dataPage({ ...report, refusal: null, dataset: stored }, subject);
  expect(fine).toContain(`A job would train on ${stored.rows.kept} rows for the task generation`);
  const plan = {
    ...{ trainRows: stored.rows.kept - 2, heldOutRows: 2 },
    shows: '2 held-out rows are too few.',
  } as InspectionReport['plan'];
  const held = dataPage({ ...report, refusal: null, dataset: stored, plan }, subject);
  expect(held).toContain(
    `train on ${stored.rows.kept - 2} rows for the task generation and hold 2 out to be scored`,
  );
  expect(held).toContain('<p>2 held-out rows are too few.</p>');
  expect(held).not.toContain('The seed');
  const seeded = dataPage(
    { ...report, refusal: null, dataset: stored, plan },
    { ...subject, seed: 1 },
  );
  expect(seeded).toContain('The seed 1 chose the rows that are held out; a job without a seed');
  expect(fine).not.toContain('the method reinforcement');
  const asked = { ...report, refusal: null, method: 'reinforcement' } as const;
  expect(dataPage(asked, subject)).toContain('a job with the method reinforcement teaches it');
  const empty = dataPage({ ...report, task: null, dataset: null }, subject);
  expect(empty).toContain('A job would refuse the file.');
});

it('tells one row as one', () => {
  const rows = { ...stored.rows, kept: 1, rejected: 0 };
  const tooLong = { ...insight.tooLong, rows: 1 } as Insight['tooLong'];
  const page = dataPage(
    {
      ...{
        ...report,
        refusal: null,
        dataset: { ...stored, rows, insight: { ...insight, tooLong } },
      },
      repaired: { rows: 1, repeated: 0, mended: 0, bytes: 9, url: '/v1/files/x' },
    } as InspectionReport,
    subject,
  );
  for (const text of ['would train on 1 row for', 'file has 1 row:', '1 row has more than 512'])
    expect(page).toContain(text);
});

it('escapes what is put into a piece of a page, but pieces', () => {
  const piece = html`<b>${'<'}</b>`;
  expect(html`${[piece, '&', 1, null, false]}`.text).toBe('<b>&lt;</b>&amp;1');
  expect(html`${'\ud800"'}`.text).toBe('\ufffd&quot;');
});

it('never shows something as nothing', () => {
  expect([percent(1, 100_000), percent(0, 5), percent(5, 5), percent(1, 3), percent(1, 0)]).toEqual(
    ['< 0.1 %', '0 %', '100 %', '33.3 %', '–'],
  );
});

it('says what each length policy makes of the rows that are too long', () => {
  const page = dataPage(report, subject);
  expect(page).toContain('7 rows have more than 512 tokens. The job asks for truncate_end');
  expect(page).toContain(
    '<b>truncate_end</b><div class="soft">their ends are cut</div></td><td class="n"><span class="label">rows changed</span><div>5</div></td>',
  );
  expect(page).toContain('Languages of up to 100 rows: de 90.');
  const { tooLong: _, ...others } = insight;
  const without = { ...report, dataset: { ...dataset, insight: others } };
  expect(dataPage(without, subject)).not.toContain('Rows that are too long');
});

it('names lines in their order, however late each was told', () => {
  const found = (line: number) => ({
    ...{
      file: 'training_file' as const,
      line,
      path: '',
      rule: 'personal-data',
      message: 'an address',
    },
    level: 'warn' as const,
  });
  const findings = [1174, 216, 981].map(found);
  const page = dataPage({ ...report, dataset: { ...dataset, findings } }, subject);
  expect(page).toContain('<td>216, 981, 1,174</td>');
});
