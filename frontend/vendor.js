/**
 * Copies the ES module builds of the libraries that the page uses from the locked
 * packages into src/vendor/, with their licences, so that nothing is bundled and
 * nothing is fetched at run time. Run it after a change of package-lock.json.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';

const out = new URL('src/vendor/', import.meta.url);
const languages = ['bash', 'c', 'cpp', 'css', 'diff', 'go', 'java', 'javascript', 'json', 'markdown', 'python', 'rust', 'sql', 'typescript', 'xml', 'yaml'];

/** @type {[from: string, to: string][]} */
const files = [
  ['marked/lib/marked.esm.js', 'marked.js'],
  ['marked/lib/marked.d.ts', 'marked.d.ts'],
  ['marked/LICENSE', 'marked.LICENSE'],
  ['dompurify/dist/purify.es.mjs', 'dompurify.js'],
  ['dompurify/dist/purify.es.d.mts', 'dompurify.d.ts'],
  ['dompurify/LICENSE', 'dompurify.LICENSE'],
  ['uplot/dist/uPlot.esm.js', 'uplot.js'],
  ['uplot/dist/uPlot.d.ts', 'uplot.d.ts'],
  ['uplot/dist/uPlot.min.css', 'uplot.css'],
  ['uplot/LICENSE', 'uplot.LICENSE'],
  ['temml/dist/temml.min.js', 'temml.js'],
  ['temml/dist/Temml-Local.css', 'temml.css'],
  ['temml/dist/Temml.woff2', 'Temml.woff2'],
  ['temml/LICENSE', 'temml.LICENSE'],
  ['@highlightjs/cdn-assets/es/core.js', 'highlight/core.js'],
  ['@highlightjs/cdn-assets/LICENSE', 'highlight/LICENSE'],
  ...languages.map((l) => /** @type {[string, string]} */ ([`@highlightjs/cdn-assets/es/languages/${l}.min.js`, `highlight/${l}.js`])),
];

await rm(out, { recursive: true, force: true });
await mkdir(new URL('highlight/', out), { recursive: true });
for (const [from, to] of files) {
  const source = new URL(`node_modules/${from}`, import.meta.url);
  const target = new URL(to, out);
  if (!/\.(js|ts)$/.test(to)) {
    await cp(source, target);
    continue;
  }
  let text = await readFile(source, 'utf8');
  text = text.replace(/\n?\/\/# sourceMappingURL=.*\n?/g, '\n').replace('export = uPlot;', 'export default uPlot;');
  if (to === 'temml.js') text += '\nexport default temml;\n'; // its module build is not minified and three times as long
  await writeFile(target, text);
}
await writeFile(new URL('temml.d.ts', out), `declare const temml: { renderToString(tex: string, options?: { displayMode?: boolean; throwOnError?: boolean; trust?: boolean; maxSize?: [number, number]; maxExpand?: number }): string };
export default temml;
`);
await writeFile(new URL('highlight/core.d.ts', out), `export interface Language { name?: string }
export interface Highlighter {
  registerLanguage(name: string, language: (hljs: Highlighter) => Language): void;
  getLanguage(name: string): Language | undefined;
  highlight(code: string, options: { language: string; ignoreIllegals?: boolean }): { value: string };
}
declare const hljs: Highlighter;
export default hljs;
`);
await writeFile(new URL('highlight/language.d.ts', out), `import type { Highlighter, Language } from './core.js';
declare const language: (hljs: Highlighter) => Language;
export default language;
`);
for (const l of languages) {
  await writeFile(new URL(`highlight/${l}.d.ts`, out), "export { default } from './language.js';\n");
}
