import { put } from './page.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { underline } from '../src/claim.js';
import { markdownMarkup } from '../src/markdown.js';

/** @param {string} text */
const draw = (text) => {
  put('<div id="x"></div>');
  const root = /** @type {HTMLElement} */ (document.getElementById('x'));
  root.innerHTML = markdownMarkup(text).toString();
  return root;
};

describe('hostile text', () => {
  const tests = [
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '![x](https://evil.example/p.png)', '[x](javascript:alert(1))', '[x](data:text/html,<script>1</script>)',
    '<iframe src="https://evil.example"></iframe>', '<a href="https://ok.example" onclick="x()">a</a>', '<svg><script>1</script></svg>', '<style>*{display:none}</style>',
    '<form action="https://evil.example"><input name=a></form>', '```html\n<script>alert(1)</script>\n```', '<p style="position:fixed">x</p>', '[x](vbscript:1)', '[x]( java\nscript:alert(1))',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>', '`<b onmouseover=1>`', '<meta http-equiv=refresh content="0;url=//evil">', '<base href="//evil">', '| <img src=x onerror=1> |\n|--|\n| y |',
  ];
  for (const text of tests) {
    test(text.replaceAll('\n', '⏎'), () => {
      const root = draw(text);
      assert.equal(root.querySelector('script, img, iframe, style, form, svg, object, embed, meta, base, link, math'), null);
      for (const e of root.querySelectorAll('*')) {
        for (const { name, value } of e.attributes) {
          assert.doesNotMatch(name, /^on|^style$|^id$|^src/);
          if (name === 'href') assert.match(value, /^(https?|mailto):/);
        }
      }
    });
  }
  test('html is shown, not run', () => assert.match(draw('<b>bold</b>').textContent ?? '', /<b>bold<\/b>/));
});

describe('markdown', () => {
  test('links leave in a new tab without a way back', () => {
    const link = draw('[x](https://example.org/a)').querySelector('a');
    assert.deepEqual([link?.target, link?.rel], ['_blank', 'noopener noreferrer']);
  });
  test('code is coloured', () => assert.ok(draw('```go\nfunc main() {}\n```').querySelector('.hljs-keyword')));
  test('an unknown language is plain', () => assert.equal(draw('```klingon\nx < y\n```').querySelector('code')?.textContent?.trim(), 'x < y'));
  test('tables, lists and tasks', () => {
    const root = draw('| a |\n|--|\n| 1 |\n\n- [x] done\n- two');
    assert.ok(root.querySelector('td'));
    assert.ok(root.querySelector('input[type="checkbox"][disabled]'));
  });
});

describe('the claim', () => {
  const tests = [
    { name: 'a plain sentence', text: 'It is hot. Paris is the capital. Good.', claim: 'Paris is the capital.', want: 'Paris is the capital.' },
    { name: 'across bold words', text: 'The capital is **Paris**, I think. Yes.', claim: 'The capital is **Paris**, I think.', want: 'The capital is Paris, I think.' },
    { name: 'in a list item', text: '- one\n- The cup was won by Anna.', claim: '- The cup was won by Anna.', want: 'The cup was won by Anna.' },
    { name: 'in other letters', text: 'Größe: 8 848,86 m. Ende', claim: 'GRÖSSE', want: null },
    { name: 'not there', text: 'Something else.', claim: 'Paris', want: null },
    { name: 'empty', text: 'Something.', claim: '', want: null },
    { name: 'beyond the plane', text: 'A 𝔸𝔹 b. Then it ends.', claim: 'Then it ends.', want: 'Then it ends.' },
  ];
  for (const t of tests) {
    test(t.name, () => {
      const root = draw(t.text);
      const before = root.textContent;
      underline(root, t.claim, 'claim');
      const marks = [...root.querySelectorAll('mark.claim')];
      assert.equal(marks.length ? marks.map((m) => m.textContent).join('') : null, t.want);
      assert.equal(root.textContent, before);
    });
  }
});
