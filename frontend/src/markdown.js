import { formulaExtensions } from './formulas.js';
import { raw, encode } from './html.js';
import { Marked } from './vendor/marked.js';
import DOMPurify from './vendor/dompurify.js';
import hljs from './vendor/highlight/core.js';
import bash from './vendor/highlight/bash.js';
import c from './vendor/highlight/c.js';
import cpp from './vendor/highlight/cpp.js';
import css from './vendor/highlight/css.js';
import diff from './vendor/highlight/diff.js';
import go from './vendor/highlight/go.js';
import java from './vendor/highlight/java.js';
import javascript from './vendor/highlight/javascript.js';
import json from './vendor/highlight/json.js';
import markdown from './vendor/highlight/markdown.js';
import python from './vendor/highlight/python.js';
import rust from './vendor/highlight/rust.js';
import sql from './vendor/highlight/sql.js';
import typescript from './vendor/highlight/typescript.js';
import xml from './vendor/highlight/xml.js';
import yaml from './vendor/highlight/yaml.js';

/**
 * Text of a model as markup. What a model writes is hostile until shown otherwise:
 * its own HTML is shown as text, then everything passes DOMPurify with a short list
 * of tags, without images, styles, forms or frames; links keep http, https and
 * mailto only.
 */

for (const [name, language] of Object.entries({ bash, c, cpp, css, diff, go, java, javascript, json, markdown, python, rust, sql, typescript, xml, yaml })) {
  hljs.registerLanguage(name, language);
}
/** @type {Record<string, string>} */
const otherNames = { js: 'javascript', ts: 'typescript', py: 'python', sh: 'bash', shell: 'bash', html: 'xml', svg: 'xml', yml: 'yaml', golang: 'go', rs: 'rust', 'c++': 'cpp', md: 'markdown' };

/** A longer text is coloured too slowly to wait for. */
const colourLimit = 20_000;

const marked = new Marked({
  gfm: true,
  breaks: true,
  extensions: formulaExtensions,
  renderer: {
    html: ({ text }) => encode(text),
    image: ({ text, href }) => `<span class="no-image">[image: ${encode(text || href)}]</span>`,
    link({ href, tokens }) {
      const inside = this.parser.parseInline(tokens);
      return allowed(href) ? `<a href="${encode(href)}" target="_blank" rel="noopener noreferrer">${inside}</a>` : `<span>${inside}</span>`;
    },
    code({ text, lang }) {
      const asked = (lang ?? '').trim().split(/\s+/)[0].toLowerCase();
      const language = otherNames[asked] ?? asked;
      const body = hljs.getLanguage(language) && text.length < colourLimit
        ? hljs.highlight(text, { language, ignoreIllegals: true }).value : encode(text);
      return `<pre tabindex="0"><code data-language="${encode(asked)}">${body}\n</code></pre>`;
    },
  },
});

/** @param {string} href */
export function allowed(href) {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}

/** What formulas are made of; nothing of MathML that holds HTML or leads anywhere. */
const mathTags = ['math', 'mrow', 'mi', 'mn', 'mo', 'ms', 'mtext', 'mspace', 'mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover', 'mmultiscripts', 'mprescripts',
  'mtable', 'mtr', 'mtd', 'mpadded', 'mphantom', 'menclose', 'mstyle'];
const mathAttributes = ['display', 'displaystyle', 'scriptlevel', 'stretchy', 'symmetric', 'largeop', 'movablelimits', 'fence', 'separator', 'form', 'lspace', 'rspace', 'minsize', 'maxsize',
  'accent', 'accentunder', 'linethickness', 'mathvariant', 'width', 'height', 'depth', 'voffset', 'columnalign', 'rowspacing', 'columnspacing', 'columnlines', 'rowlines', 'notation'];

const purify = {
  ALLOWED_TAGS: ['p', 'br', 'hr', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6',
    'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'span', 'input', ...mathTags],
  ALLOWED_ATTR: ['href', 'target', 'rel', 'class', 'align', 'start', 'tabindex', 'data-language', 'type', 'checked', 'disabled', ...mathAttributes],
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'type', 'align', 'start', 'tabindex', 'data-language', 'checked', 'disabled', ...mathAttributes],
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
};

/** Only task list boxes, which marked writes disabled, may be an input; classes are the highlighter's or ours. */
DOMPurify.addHook('uponSanitizeElement', (node) => {
  if (node instanceof Element && node.localName === 'input' && !(node.getAttribute('type') === 'checkbox' && node.hasAttribute('disabled'))) node.remove();
});
DOMPurify.addHook('uponSanitizeAttribute', (_node, data) => {
  if (data.attrName === 'class' && !/^(hljs-[\w-]+( [\w-]+_?)*|no-image|tex|language-[\w-]+|((tml|wbk|ff)-[\w-]+|menclose|mathcal|mathscr)( (tml|wbk|ff)-[\w-]+)*)$/.test(data.attrValue)) data.keepAttr = false;
  if (data.attrName === 'target' && data.attrValue !== '_blank') data.keepAttr = false;
});

/** @param {string} text */
export const markdownMarkup = (text) => raw(DOMPurify.sanitize(/** @type {string} */ (marked.parse(text)), purify));
