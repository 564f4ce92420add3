import { put, settle } from './page.js';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { finished } from '../src/blocks.js';
import { formula } from '../src/formulas.js';
import { markdownMarkup } from '../src/markdown.js';

/** @param {string} text */
const draw = (text) => {
  put('<div id="x"></div>');
  const root = /** @type {HTMLElement} */ (document.getElementById('x'));
  root.innerHTML = markdownMarkup(text).toString();
  return root;
};

describe('formulas', () => {
  before(async () => {
    const loaded = new Promise((resolve) => { document.addEventListener('formulas', resolve, { once: true }); });
    assert.match(formula('a', false), /<code class="tex">\$a\$/, 'until the renderer is there, the source');
    await loaded;
    await settle(1);
  });
  for (const text of ['The area is $a^2$.', 'The area is \\(a^2\\).', '$$a^2$$', '\\[\na^2\n\\]', '- first $a^2$']) {
    test(`${text.replaceAll('\n', '⏎')} is drawn`, () => assert.equal(draw(text).querySelector('math msup')?.textContent, 'a2'));
  }
  for (const text of ['It costs $5 and $10.', 'From $5/$10 to $20.', 'A $ alone', '`$a^2$`', '```\n$$a$$\n```', '\\$a^2\\$']) {
    test(`${text.replaceAll('\n', '⏎')} stays text`, () => assert.equal(draw(text).querySelector('math'), null));
  }
  test('none brings a style along, which the policy of the page would refuse', () => {
    for (const tex of ['\\sum_{k=1}^{n} k^2 = \\frac{a}{b}', '\\color{red} x', '\\begin{matrix} a & b \\\\ c & d \\end{matrix}', '\\boxed{x}']) assert.doesNotMatch(formula(tex, true), / style=/);
  });
  test('what is no TeX is shown as it was written', () => {
    const root = draw('See $\\frac{1}$ there.');
    assert.equal(root.querySelector('math'), null);
    assert.equal(root.textContent?.trim(), 'See $\\frac{1}$ there.');
  });
  for (const tex of ['\\href{javascript:alert(1)}{x}', '\\url{javascript:alert(1)}', '\\includegraphics{https://evil.example/p.png}', '\\style{position:fixed}{x}', '\\class{quote}{x}', '\\id{x}{y}', '\\data{a=b}{x}',
    '\\text{<img src=x onerror=alert(1)>}', '\\text{</mtext></math><script>alert(1)</script>}', '\\color{red}{\\text{<style>*{}</style>}}', '\\unicode{<svg onload=1>}', '\\def\\a{\\a\\a}\\a', 'x'.repeat(6000)]) {
    test(`hostile: ${tex.slice(0, 60)}`, () => {
      const root = draw(`$${tex}$ and $$${tex}$$`);
      assert.equal(root.querySelector('script, img, iframe, style, form, svg, object, embed, link, a, mglyph, annotation-xml, semantics'), null);
      for (const e of root.querySelectorAll('*')) for (const { name } of e.attributes) assert.doesNotMatch(name, /^on|^style$|^id$|^src|^href|^data-(?!language)|^xlink/);
    });
  }
});

describe('the finished part of a text', () => {
  const tests = [
    { name: 'a paragraph that goes on', text: 'One two', want: '' },
    { name: 'a paragraph with another behind it', text: 'One.\n\nTwo', want: 'One.\n\n' },
    { name: 'a list that may go on', text: 'One.\n\n- a\n\n- b', want: '' },
    { name: 'a list with a paragraph behind it', text: '- a\n- b\n\nThen', want: '- a\n- b\n\n' },
    { name: 'open code', text: 'One.\n\n```js\na\n\nb', want: 'One.\n\n' },
    { name: 'closed code', text: '```js\na\n\nb\n```\n\nThen', want: '```js\na\n\nb\n```\n\n' },
    { name: 'an open formula', text: '$$\na\n\nb', want: '' },
    { name: 'an item under an item', text: '1. a\n\n   More', want: '' },
  ];
  for (const t of tests) {
    test(t.name, () => {
      assert.equal(t.text.slice(0, finished(t.text, 0)), t.want);
      let at = 0;
      for (let i = 1; i <= t.text.length; i++) at = finished(t.text.slice(0, i), at);
      assert.equal(t.text.slice(0, at), t.want, 'the same piece by piece');
    });
  }
});
