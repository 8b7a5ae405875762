import { expect, it } from 'vitest';
import { createTally } from '../tally.ts';
import { faqPairs } from './faq.ts';

async function read(name: string, text: string) {
  const tally = createTally();
  const pairs = await Array.fromAsync(faqPairs({ name, text }, tally));
  return {
    pairs: pairs.map(({ turns, evidence }) => [
      turns[0]?.content,
      turns[1]?.content,
      evidence.rule,
    ]),
    places: pairs.map(({ evidence }) => evidence.places[0]),
    unused: Object.fromEntries(tally.list().map(({ reason, count }) => [reason, count])),
  };
}

it('reads Markdown: headings, details, prefixes, bold questions, with their lines', async () => {
  const text = [
    '# Help',
    '## How do I **reset** it?',
    'Press `R`.',
    '',
    '- hold it',
    '- wait',
    '',
    '```sh',
    '## Is this code?',
    '```',
    '## Notes',
    'Nothing asked.',
    '<details><summary>Is it free?</summary>',
    '',
    'Yes, [for you](https://x.example).',
    '',
    '</details>',
    'Q: Who are you?',
    'A: A shop.',
    '',
    '**Where are you?**',
    '',
    'In Bremen.',
    '',
    'What is setext?',
    '---------------',
    'An underline.',
  ].join('\n');
  const { pairs, places, unused } = await read('faq.md', text);
  expect(pairs).toEqual([
    [
      'How do I reset it?',
      'Press `R`.\n\n- hold it\n- wait\n\n```sh\n## Is this code?\n```',
      'heading',
    ],
    ['Is it free?', 'Yes, [for you](https://x.example).', 'details'],
    ['Who are you?', 'A shop.', 'prefix'],
    ['Where are you?', 'In Bremen.', 'bold'],
    ['What is setext?', 'An underline.', 'heading'],
  ]);
  expect(places).toEqual(['line 2', 'line 13', 'line 18', 'line 21', 'line 25']);
  expect(unused).toEqual({ 'text under no question': 1 });
});

it('reads HTML by what a reader sees, and runs nothing', async () => {
  const html = `<html><script>document.write('<h2>Who wrote this?</h2><p>A script</p>')</script>
<nav><h2>Where to?</h2><p>Home</p></nav>
<h2>What   is &lt;b&gt;?</h2><p>A <b>tag</b> for<br>bold.</p><ol><li>One</li><li><p>Two</p></li></ol><pre>a
 b</pre>
<h2>What is deeper?</h2><h3>A part</h3><p>Told.</p>
<button onclick="steal()" aria-expanded="false">Can I fold it?</button><div hidden><p>Yes.</p></div>
<h2>Was this helpful?</h2><p>Yes | No</p><h2>And what is empty?</h2></html>`;
  const { pairs, unused } = await read('faq.html', html);
  expect(pairs).toEqual([
    ['What is <b>?', 'A tag for\nbold.\n\n1. One\n2. Two\n\n```\na\n b\n```', 'heading'],
    ['What is deeper?', 'A part\n\nTold.', 'heading'],
    ['Can I fold it?', 'Yes.', 'toggle'],
  ]);
  expect(unused).toEqual({
    'a question of the page to its readers': 1,
    'a question without an answer': 1,
  });
});

it("reads schema.org's data as JSON-LD and as microdata, and says a question once", async () => {
  const data = {
    '@type': 'FAQPage',
    mainEntity: [
      {
        '@type': 'Question',
        name: 'How <i>long</i>?',
        acceptedAnswer: { text: '<p>Two days.</p>' },
      },
      { '@type': 'Question', name: 'No answer?' },
    ],
  };
  const html = `<head><script type="application/ld+json">${JSON.stringify(data)}</script></head>
<script type="application/ld+json">{"@type": "FAQPage",</script>
<h3>How long?</h3><p>Two days.</p>
<div itemscope itemtype="https://schema.org/Question"><b itemprop="name">Who pays?</b>
<div itemprop="acceptedAnswer" itemscope><div itemprop="text"><div>You</div> do.</div></div></div>`;
  const { pairs, unused } = await read('page', `<!doctype html>${html}`);
  expect(pairs).toEqual([
    ['How long?', 'Two days.', 'json-ld'],
    ['Who pays?', 'You\n\ndo.', 'microdata'],
  ]);
  expect(unused).toEqual({
    'a question without an answer': 1,
    'a question with its answer that came before': 1,
    'data that are no JSON': 1,
  });
});

it('reads a table of two columns by its names or by what stands in it', async () => {
  const named = 'id;Question;Answer\r\n1;"How ""big""?";"5 m\nwide"\r\n2;Empty?;\r\n';
  expect((await read('faq.csv', named)).pairs).toEqual([['How "big"?', '5 m\nwide', 'table']]);
  const nameless = 'How big?,5 m\n"broken,1\n';
  expect(await read('faq.csv', nameless)).toMatchObject({
    pairs: [['How big?', '5 m', 'table']],
    unused: { 'a row in which a quote is not closed': 1 },
  });
  await expect(read('faq.csv', 'a,b,c\n1,2,3\n')).rejects.toThrow('has 3 columns');
});

it('reads hostile pages in bounded time and depth', async () => {
  const deep = `<h2>How deep?</h2><p>Very.</p>${'<div>'.repeat(100_000)}`;
  expect(await read('deep.html', deep)).toMatchObject({
    pairs: [['How deep?', 'Very.', 'heading']],
    unused: { 'the rest of a page whose elements are nested too deep': 1 },
  });
  const lists = `<ul><li>${'<ul><li>'.repeat(50_000)}x`;
  expect((await read('lists.html', lists)).pairs).toEqual([]);
  const open = `${'<h2>Q?</h2>'.repeat(5000)}${'<'.repeat(50_000)}`;
  expect((await read('open.html', open)).pairs.length).toBeLessThan(2);
  const nested = `<script type="application/ld+json">${'['.repeat(10_000)}</script>`;
  expect((await read('ld.html', nested)).unused).toMatchObject({
    'data nested deeper than 64 levels': 1,
  });
  const stars = `**${'* '.repeat(20_000)}?**\n\n[${'['.repeat(20_000)}`;
  expect((await read('stars.md', stars)).pairs).toEqual([]);
}, 60_000);
