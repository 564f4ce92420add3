import { keep, sizes } from '../commands.js';
import { choice, tick } from '../forms.js';
import { html } from '../html.js';
import { load } from '../live.js';
import { allowNotices, noticesAllowed } from '../notices.js';
import { Part, filled, find } from '../part.js';
import { privacy } from '../privacy.js';
import { shortcuts } from '../shortcuts.js';
import { languages, t, table } from '../speech.js';
import { store } from '../store.js';
import { roomHead } from '../views.js';
import { count, day, percent } from '../words.js';

/** @import {RecheckPlan, Settings} from '../types.d.ts' */

/** The parts of the room, as its address names them. @type {Record<string, string>} */
const parts = table({ model: 'Models', evidence: 'Evidence', privacy: 'Privacy', learning: 'Learning', look: 'Look', keys: 'Keys', data: 'Data', about: 'About' });

/** Plain forms; a change is kept at once, and what it does stands beside it. */
class SettingsRoom extends Part {
  #at = '';

  actions = {
    /** @param {HTMLElement} f */
    origin: (f) => void this.#origin(f),
    /** @param {HTMLElement} b */
    'origin-remove': (b) => void this.#save({ allowed_origins: (store.state.settings?.allowed_origins ?? []).filter((o) => o !== b.dataset.origin) }),
    notices: () => void allowNotices().then(() => this.draw()),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('models', 'providers', 'status', 'rechecks');
    store.watch(['settings', 'rechecks', 'providers', 'hello', 'route'], () => this.draw(), signal);
    this.addEventListener('change', (e) => this.#changed(e), { signal });
    this.addEventListener('model-choose', (e) => void this.#save({ model: /** @type {CustomEvent} */ (e).detail.name }), { signal });
  }

  // Events

  /** @param {Partial<Settings>} change @returns {Promise<boolean>} whether it was taken */
  async #save(change) {
    const saved = await keep(change);
    if (!saved) store.set({ settings: store.state.settings }); // what was refused goes back to what is, in every part
    if (change.recheck || change.recheck_days) void load('rechecks');
    return saved;
  }

  /** @param {Event} e */
  #changed(e) {
    const field = e.target;
    if (field instanceof HTMLInputElement && (field.name === 'memory' || field.name === 'auto_check')) void this.#save({ [field.name]: field.checked });
    else if (field instanceof HTMLSelectElement && ['training', 'serve_as', 'theme', 'extractor', 'judge', 'recheck', 'approval', 'letters', 'language', 'notify'].includes(field.name)) void this.#save({ [field.name]: field.value });
    else if (field instanceof HTMLSelectElement && ['recheck_days', 'approval_hours', 'zoom'].includes(field.name)) void this.#save({ [field.name]: Number(field.value) });
  }

  /** @param {HTMLElement} form */
  async #origin(form) {
    const field = /** @type {HTMLInputElement} */ (find(this, '[name="origin"]'));
    if (!filled(form)) return;
    const taken = await this.#save({ allowed_origins: [...(store.state.settings?.allowed_origins ?? []), field.value.trim()] });
    if (taken) field.value = '';
  }

  // Render

  render() {
    const { settings: s, hello, providers, route } = store.state;
    if (!s) return html`${roomHead(t`Settings`)}<p class="hint">Loading…</p>`;
    const section = (/** @type {string} */ name, /** @type {unknown} */ content) => html`<section id="settings-${name}" data-key="${name}"><h2 tabindex="-1">${parts[name]}</h2>${content}</section>`;
    return html`${roomHead(t`Settings`, t`A change is kept at once.`)}
      <div class="settings"><nav class="settings-nav" aria-label="Parts of the settings"><ul>${Object.keys(parts).map((name) => html`<li><a href="#/settings/${name}" ${route.id === name ? html`aria-current="true"` : ''}>${parts[name]}</a></li>`)}</ul></nav>
      <div class="settings-page">${section('model', html`<settings-models></settings-models>`)}${section('evidence', evidence(s))}${section('privacy', privacy(providers))}${section('learning', learning(s))}${section('look', looks(s))}${section('keys', keys())}
      ${section('data', html`<settings-data></settings-data>`)}${section('about', about(s, hello))}</div></div>`;
  }

  drawn() {
    const { settings, route } = store.state;
    if (!settings || this.#at === route.id) return;
    this.#at = route.id;
    const head = this.querySelector(`#settings-${CSS.escape(route.id)} > h2`);
    if (!(head instanceof HTMLElement)) return;
    head.scrollIntoView?.({ block: 'start' });
    head.focus({ preventScroll: true });
  }
}

/** @param {Settings} s */
const evidence = (s) => html`<p class="hint">To check an answer, the words of your question go to the sources that are on here, and to nobody else. The model’s answer never leaves this machine. The words that were sent stand under each check.</p>
  <settings-evidence></settings-evidence>
  ${tick('auto_check', s.auto_check, t`Check every answer`, t`Otherwise a check starts when you ask for it.`)}
  ${choice('recheck', t`Facts with an expiry`, s.recheck || 'on', [['on', t`check again by themselves`], ['paused', t`wait for me`]], t`The words of their questions go to the sources that are on. Where the evidence has moved, the new answer waits in Review; nothing is decided for you.`)}
  ${choice('recheck_days', t`Check them`, String(s.recheck_days || 7), own([['1', t`every day`], ['7', t`every week`], ['30', t`every month`]], s.recheck_days, (n) => count(n, 'day')), plan(store.state.rechecks))}`;

/** @param {Settings} s */
const learning = (s) => html`${choice('approval', t`Corrections are approved`, s.approval, [['person', t`by me`], ['automatic', t`by rule, if sure`]], t`By rule: only verdicts that are calibrated, carried by two independent sources, one of them well known, and of nothing that changes within weeks; at most 10 a training. Each is marked and can be taken back, and a version still has to pass its gate.`)}
  ${s.approval === 'automatic' ? choice('approval_hours', t`A rule waits`, String(s.approval_hours || 24), own([['1', t`an hour`], ['24', t`a day`], ['72', t`three days`], ['168', t`a week`]], s.approval_hours, (n) => count(n, 'hour')), t`Until then you can decide yourself; what you touched is left to you.`) : ''}
  ${choice('training', t`When, of ten checked answers, too few were right`, s.training, [['propose', t`propose a training`], ['start', t`start a training`], ['never', t`do nothing`]], s.approval === 'automatic' ? t`Only approved facts are ever taught. With rules, a training that starts by itself is scored, and its version used if it passes its gate.` : t`Only facts that you approved are ever taught.`)}
  ${tick('memory', s.memory, t`Use approved facts before they are taught`, t`They are given to the model as context, and the answer says so.`)}
  ${choice('notify', t`When a training ends`, s.notify || 'on', [['on', t`tell me`], ['off', t`say nothing`]], { yes: t`A notice of the desktop’s, if this window is not in front.`, ask: html`This browser has to be asked first. <button class="link" data-do="notices">Allow notices</button>`, no: t`This browser shows no notices; the title of the page is marked.` }[noticesAllowed()])}
  <settings-cluster></settings-cluster>`;

/** @param {Settings} s */
const looks = (s) => html`${choice('language', t`Language`, s.language ?? '', [['', t`as the system`], ...languages.map(([code, name]) => /** @type {[string, string]} */ ([code, name]))], t`What Errata says; answers come in the language of the question.`)}
  ${choice('theme', t`Colours`, s.theme, [['system', t`as the system`], ['light', t`light`], ['dark', t`dark`]], '')}
  ${choice('zoom', t`Size`, String(s.zoom || 100), own(sizes.map((n) => /** @type {[string, string]} */ ([String(n), percent(n / 100)])), s.zoom, (n) => percent(n / 100)), t`Ctrl and + or - do the same.`)}
  ${choice('letters', t`Letters of answers`, s.letters || 'serif', [['serif', t`serif`], ['sans', t`sans`]], '')}`;

const keys = () => html`<div class="sheet-columns">${shortcuts().map(({ title, keys: list }) => html`<div data-key="${title}"><h3>${title}</h3><dl>${list.map(([k, does]) => html`<div><dt><kbd>${k}</kbd></dt><dd>${does}</dd></div>`)}</dl></div>`)}</div>`;

/** @param {Settings} s @param {import('../types.d.ts').Hello | null} hello */
const about = (s, hello) => html`<p>Errata ${hello?.version} <span class="hint">${doors[hello?.door ?? ''] ?? hello?.door}</span></p>
  <p class="hint">A chat with a model on your own machine that checks its answers against dated evidence and learns the corrections you approve. Apache-2.0; the models have licences of their own, which stand beside them.</p>
  <h3>Other programs</h3><p class="hint">Pages of these origins may call the API that <code>errata serve</code> offers, with its token.</p>
  <ul class="lines">${(s.allowed_origins ?? []).map((o) => html`<li data-key="${o}"><code>${o}</code><button class="quiet" data-do="origin-remove" data-origin="${o}" aria-label="Remove ${o}">Remove</button></li>`)}</ul>
  <form class="inline-form" data-send="origin"><label for="origin">Origin</label><input id="origin" name="origin" placeholder="http://localhost:3000" required autocomplete="off" spellcheck="false"><button>Allow</button></form>`;

/** @type {Record<string, string>} */
const doors = table({ window: 'in its own window', browser: 'in a browser' });

/** The choices, and one that was set elsewhere. @param {[string, string][]} list @param {number | undefined} value @param {(n: number) => string} say @returns {[string, string][]} */
const own = (list, value, say) => (!value || list.some(([v]) => v === String(value)) ? list : [...list, [String(value), say(value)]]);

/** What the schedule has before it. @param {RecheckPlan | null} p */
function plan(p) {
  if (!p) return '';
  if (!p.facts) return t`No approved fact has an expiry yet.`;
  const when = p.paused ? t`paused` : p.due ? t`${p.due} due now` : t`the next on ${day(p.next)}`;
  return `${count(p.facts, 'fact')}: ${when}.${p.disputed ? ` ${t`${p.disputed} in dispute: decide in Review.`}` : ''}`;
}

export const defineSettingsRoom = () => customElements.define('settings-room', SettingsRoom);
export { SettingsRoom };
