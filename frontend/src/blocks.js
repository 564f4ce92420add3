/**
 * Where the finished blocks of a Markdown text end that is still being written: what
 * stands before does not change any more, so that it is drawn once.
 */

const fence = /^ {0,3}(`{3,}|~{3,})/;
/** A paragraph, heading or fence begins; a list or a quote may go on after a blank line. */
const begins = /^(\p{L}|#{1,6} |`{3,}|~{3,}|\*\*\p{L})/u;

/** What is open behind a line: a fence, a formula, or nothing. @param {string} line @param {string} open */
function after(line, open) {
  const mark = fence.exec(line)?.[1] ?? '';
  if (!open && mark) return mark;
  if (!open || open === '$$') return line.split('$$').length % 2 ? open : open ? '' : '$$';
  return mark.startsWith(open) && line.trim() === mark ? '' : open;
}

/**
 * @param {string} text
 * @param {number} from the end of the last time, or 0
 * @returns {number} the end of what is finished, at least `from`
 */
export function finished(text, from) {
  let end = from;
  let open = '';
  let blank = false;
  for (let at = from; at < text.length;) {
    const stop = text.indexOf('\n', at);
    const line = text.slice(at, stop < 0 ? text.length : stop);
    if (!open && blank && begins.test(line)) end = at;
    blank = !line.trim();
    open = after(line, open);
    if (stop < 0) break;
    at = stop + 1;
  }
  return end;
}
