import { type Html, html } from '../pages/html.ts';
import { type Page, scriptedPage } from '../pages/page-frame.ts';
import type { DescribedOperation, JsonSchema, OpenApiDocument } from './document.ts';
import { schemaView } from './schema-view.ts';

const style = `
#find{width:100%;font:inherit;padding:.5rem .7rem;border:1px solid var(--line);border-radius:.4rem;background:var(--card);color:var(--ink);position:sticky;top:.5rem}
nav ul{columns:14rem;padding-left:1.1rem;margin:.3rem 0}
a{color:var(--one)}
article{background:none;border:1px solid var(--line);scroll-margin-top:4rem}
article h3{margin:.2rem 0;font:600 .95rem ui-monospace,monospace}
article h4{margin:.8rem 0 .2rem;font-size:.9rem}
pre{background:var(--card);border-radius:.4rem;padding:.6rem .8rem;overflow-x:auto;font:13px/1.5 ui-monospace,monospace;margin:.35rem 0}
code{font:.92em ui-monospace,monospace}
.method{display:inline-block;min-width:4.2rem;color:var(--good)}.method.delete{color:var(--bad)}.method.post{color:var(--one)}
.fields{list-style:none;margin:.2rem 0;padding-left:.9rem;border-left:2px solid var(--line)}
.fields li{padding:.15rem 0}
.say{display:block;color:var(--soft);font-size:.9rem}
.must{color:var(--warn);font-size:.8rem;font-weight:600}
.form{margin:.4rem 0;padding-left:.5rem;border-left:2px dotted var(--line)}
summary{cursor:pointer}
[hidden]{display:none}
`;

/** Shows the operations whose text has every word that is looked for, and says how many these are. */
const script = `
const find=document.getElementById('find'),told=document.getElementById('told');
const parts=[...document.querySelectorAll('article')].map(part=>({part,link:document.querySelector('nav a[href="#'+part.id+'"]').parentElement,text:part.textContent.toLowerCase()}));
const groups=[...document.querySelectorAll('section')];
const look=()=>{
  const words=find.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count=0;
  for(const {part,link,text} of parts){
    const fits=words.every(word=>text.includes(word));
    part.hidden=link.hidden=!fits;
    if(fits)count++;
  }
  for(const group of groups)group.hidden=group.querySelector('article:not([hidden])')===null;
  told.textContent=words.length===0?'':count===1?'1 operation':count+' operations';
};
find.addEventListener('input',look);
look();
`;

/** The operations of a document as a page for people, complete in itself, with a search. */
export function referencePage(document: OpenApiDocument): Page {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = Map.groupBy(all, ({ operation }) => operation.tags[0] ?? '');
  const shown = new Map<string, string>();
  const body = html`<header><h1>Lathe's HTTP API</h1>
<p class="soft">${String(document.info.description)} The same as a document: <a href="/v1/openapi.json">/v1/openapi.json</a>.</p></header>
<p><label for="find">Search operations and fields</label></p>
<input id="find" type="search" autocomplete="off"><p class="soft" id="told" role="status"></p>
<nav aria-label="Operations">${[...groups].map(([tag, operations]) => html`<h3>${titleOf(tag)}</h3><ul>${operations.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.operationId}</a></li>`)}</ul>`)}</nav>
<h2>How it is called</h2>
<p>The key goes into <code>Authorization: Bearer</code>; a failure has OpenAI's envelope, here <code>Error</code>. OpenAI's clients need the address and the key alone:</p>
<pre>${`import OpenAI from 'openai';\nconst client = new OpenAI({ baseURL: \`\${process.env.LATHE_URL}/v1\`, apiKey: process.env.LATHE_API_KEY });`}</pre>
<details><summary><code>Error</code></summary>${schemaView(document.components.schemas.Error)}</details>
${[...groups].map(([tag, operations]) => html`<section><h2>${titleOf(tag)}</h2>${operations.map((one) => operationView(one, shown))}</section>`)}
<footer>Made by Lathe of its own OpenAPI document. The page loads nothing.</footer>`;
  return scriptedPage("Lathe's HTTP API", body, { style, script });
}

function titleOf(tag: string): string {
  const words = tag.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

type Named = {
  readonly path: string;
  readonly method: string;
  readonly operation: DescribedOperation;
};

function operationView({ path, method, operation }: Named, shown: Map<string, string>): Html {
  const { operationId: id, summary, parameters, requestBody, responses, security } = operation;
  const bodies = Object.entries(requestBody?.content ?? {});
  const answers = Object.entries(responses).filter(([status]) => status !== 'default');
  return html`<article id="${id}"><h3><span class="method ${method}">${method.toUpperCase()}</span> ${path}</h3>
<p>${summary}${security !== undefined && html` <span class="soft">Needs no key.</span>`}</p>
${parameters.length > 0 && html`<h4>Parameters</h4>${schemaView(parameterObject(parameters))}`}
${bodies.map(([media, { schema }]) => html`<h4>Body <span class="soft">${media}</span></h4>${schema && once(schema, { at: `${id} body`, shown })}`)}
${answers.map(([status, { content }]) => Object.entries(content).map(([media, { schema }]) => html`<h4>Answer ${status} <span class="soft">${media}</span></h4>${schema && once(schema, { at: `${id} answer`, shown })}`))}
<h4>Example</h4>${operation['x-codeSamples'].map(({ lang, source }) => html`<p class="soft">${lang}</p><pre>${source}</pre>`)}</article>
`;
}

function parameterObject(parameters: DescribedOperation['parameters']): JsonSchema {
  return {
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
}

/** A schema where it comes first, and later on a link to that place; of a page of a list, what the list is of. */
function once(
  schema: JsonSchema,
  { at, shown }: { readonly at: string; readonly shown: Map<string, string> },
): Html {
  const item =
    schema.properties?.has_more === undefined ? undefined : schema.properties.data?.items;
  if (item !== undefined)
    return html`<p class="soft">A page of a list: data, has_more, first_id, last_id. Each of data:</p>${once(item, { at, shown })}`;
  const text = JSON.stringify(schema);
  const before = shown.get(text);
  if (before === undefined) {
    shown.set(text, at);
    return html`<details><summary>Fields</summary>${schemaView(schema)}</details>`;
  }
  const [id = '', part = ''] = before.split(' ');
  return html`<p class="soft">As the ${part} of <a href="#${id}">${id}</a>.</p>`;
}
