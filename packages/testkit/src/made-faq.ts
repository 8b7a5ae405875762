import { type Fact, facts } from './made-facts.ts';

const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * A help page as sites build them, 120 of the facts in every form that is in use, with what stands around them: menu,
 * scripts, marketing, feedback forms, questions without an answer, footer.
 *
 * @example const page = new Blob([madeFaqHtml()]);
 */
export function madeFaqHtml(): string {
  const data = facts.slice(0, 25);
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Help &ndash; Harbour</title>
<style>.faq{color:#123}</style>
<script>window.dataLayer=[];document.write("<h2>Is this script run?</h2><p>It must not be.</p>")</script>
<script type="application/ld+json">${JSON.stringify({
    '@context': 'https://schema.org',
    '@graph': [
      { '@type': 'Organization', name: 'Harbour' },
      {
        '@type': 'FAQPage',
        mainEntity: data.map(({ question, answer }) => ({
          '@type': 'Question',
          name: question,
          acceptedAnswer: { '@type': 'Answer', text: `<p>${html(answer)}</p>` },
        })),
      },
    ],
  })}</script>
<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": [ broken</script>
</head><body onload="alert('Why?')">
<nav><ul><li><a href="/">Home</a></li><li><a href="/pricing">Pricing</a></li><li><a href="/why">Why Harbour?</a></li></ul></nav>
<header><h1>Frequently asked questions</h1><p>Everything about shipping with Harbour, kept by our support team.</p></header>
<main>
<h2>Account and sign-in</h2>
${data.map(accordion).join('\n')}
<section class="cta"><h2>Ready to get started?</h2><p>Create your account in two minutes. No credit card needed.</p></section>
<h2>Orders</h2>
${facts.slice(25, 50).map(headingWithList).join('\n')}
<h2>Labels and printing</h2>
${facts.slice(50, 70).map(details).join('\n')}
<details><summary>Release notes</summary><p>Version 2.8 of the print agent fixes a crash on start.</p></details>
<h2>Customs and extras</h2>
<dl>
${facts
  .slice(70, 85)
  .map(({ question, answer }) => `<dt>${html(question)}</dt>\n<dd>${html(answer)}</dd>`)
  .join('\n')}
<dt>HS code</dt><dd>See the glossary.</dd>
</dl>
<div itemscope itemtype="https://schema.org/FAQPage">
<h2>Tracking and claims</h2>
${facts.slice(85, 95).map(microdata).join('\n')}
</div>
<h2>Why do 4,000 shops trust Harbour?</h2>
<blockquote><p>"We cut our packing time by half." &mdash; a shop for mugs</p></blockquote>
<h2>Returns</h2>
${facts.slice(95, 110).map(bold).join('\n')}
<h3>How do I return a parcel to a locker?</h3>
<h3>Can I return without the app?</h3><p>TBD</p>
<h2>More</h2>
${facts
  .slice(110, 120)
  .map(({ question, answer }) => `<p>Q: ${html(question)}<br>A: ${html(answer)}</p>`)
  .join('\n')}
<div class="feedback"><h3>Was this article helpful?</h3><button>Yes</button><button>No</button><p>12 of 15 people found it helpful</p></div>
<h3>Still have questions?</h3><p>Our team answers on every working day. <a href="/contact">Contact us</a>.</p>
<h3>Related articles</h3><ul><li><a href="/a">How do I connect my printer?</a></li><li><a href="/b">What does shipping cost?</a></li></ul>
</main>
<aside><h3>Did you know?</h3><p>Harbour was founded in Bremen.</p></aside>
<footer><h4>Looking for a job?</h4><p>&copy; 2026 Harbour GmbH</p><noscript>Why is JavaScript off?</noscript></footer>
</body></html>
`;
}

function accordion({ question, answer }: Fact, index: number): string {
  return `<div class="faq-item"><h3><button aria-expanded="false" aria-controls="p${index}">${html(question)} <svg><path d="M0 0"/></svg></button></h3>
<div id="p${index}" class="panel" hidden><p>${html(answer)}</p></div></div>`;
}

/** Every third answer in several blocks: a paragraph, then its sentences as a list. */
function headingWithList({ question, answer }: Fact, index: number): string {
  const [first = '', ...rest] = answer.split(/(?<=\.) /);
  const list = rest.map((sentence) => `<li>${html(sentence)}</li>`).join('');
  const body =
    index % 3 === 0 && rest.length > 0
      ? `<p>${html(first)}</p>\n<ul>${list}</ul>`
      : `<p>${html(answer).replace('Settings', '<strong>Settings</strong>')}</p>`;
  const anchor = `<a class="anchor" href="#q${index}"></a>`;
  return `<h3 id="q${index}">${anchor}${html(question)}</h3>\n${body}`;
}

function details({ question, answer }: Fact): string {
  return `<details><summary>${html(question)}</summary><div><p>${html(answer)}</p></div></details>`;
}

function microdata({ question, answer }: Fact): string {
  return `<div itemscope itemprop="mainEntity" itemtype="https://schema.org/Question"><h3 itemprop="name">${html(question)}</h3>
<div itemscope itemprop="acceptedAnswer" itemtype="https://schema.org/Answer"><div itemprop="text"><p>${html(answer)}</p></div></div></div>`;
}

function bold({ question, answer }: Fact): string {
  return `<p><strong>${html(question)}</strong></p>\n<p>${html(answer)}</p>`;
}

/** A page of Markdown as it lies in a repository: the last 40 facts, with front matter, a list of contents and asides. */
export function madeFaqMarkdown(): string {
  const last = facts.slice(120);
  return `---
title: "FAQ: what is new?"
---
# FAQ

![Is this a picture?](banner.png)

- [${last[0]?.question}](#one)
- [${last[1]?.question}](#two)

<!-- Should we add pricing here? No. -->

## Mobile and API

${last
  .slice(0, 12)
  .map(
    ({ question, answer }, index) =>
      `### ${index % 2 === 0 ? `**${question}**` : question} {#q${index}}\n\n${answer}`,
  )
  .join('\n\n')}

## How it works

Orders come in, labels go out.

## Stock

${last
  .slice(12, 24)
  .map(
    ({ question, answer }) =>
      `<details>\n<summary>${question}</summary>\n\n${answer}\n\n</details>`,
  )
  .join('\n\n')}

## Old page

${last
  .slice(24, 34)
  .map(({ question, answer }, index) => `**Q${index + 1}: ${question}**\n\nA: ${answer}`)
  .join('\n\n')}

\`\`\`sh
# Is this a heading?
harbour --help
\`\`\`

Any other questions?
--------------------

Write to us.

## Reports

${last
  .slice(34)
  .map(({ question, answer }) => `**${question}**\n\n${answer}`)
  .join('\n\n')}
`;
}
