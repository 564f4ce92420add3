import { api, toCallError } from '../api.js';
import { html } from '../html.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { count, t, told } from '../speech.js';
import { keep } from '../commands.js';
import { store } from '../store.js';
import { failed } from '../views.js';
import { duration } from '../words.js';

/** @import {ProviderHealth, ProviderNeed, Settings} from '../types.d.ts' */

/** The sources of evidence: which are asked, what they need, whether they answer. */
class SettingsEvidence extends Part {
  actions = {
    again: () => void load('providers'),
    /** @param {HTMLElement} b */
    test: (b) => void this.#test(b.dataset.name ?? ''),
    /** @param {HTMLElement} f */
    key: (f) => void this.#key(f.dataset.name ?? '', f),
    /** @param {HTMLElement} b */
    'key-delete': (b) => void this.#forget(b.dataset.name ?? ''),
    /** @param {HTMLElement} f */
    need: (f) => void this.#need(f),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    store.watch(['settings', 'providers', 'loads', 'tests'], () => this.draw(), signal);
    this.addEventListener('change', (e) => {
      if (e.target instanceof HTMLInputElement && e.target.name === 'provider') void this.#turn(e.target.value, e.target.checked);
    }, { signal });
  }

  // Events

  /** @param {string} name @param {boolean} on */
  async #turn(name, on) {
    if (!await keep({ providers: { ...store.state.settings?.providers, [name]: on } })) this.draw(); // what was refused goes back
    void load('providers');
  }

  /** @param {string} name */
  async #test(name) {
    const put = (/** @type {import('../types.d.ts').State['tests'][string]} */ result) => store.set({ tests: { ...store.state.tests, [name]: result } });
    put('asked');
    try {
      const test = await api.call('TestProvider', name);
      put(test);
      const title = told(store.state.providers.find((p) => p.name === name)?.title || name);
      store.say(test.ok ? t`${title} answers.` : `${t`${title} does not answer.`} ${told(test.message)}`);
    } catch (e) {
      put(toCallError(e).failure);
    }
  }

  /** @param {string} name @param {HTMLElement} form */
  async #key(name, form) {
    const field = /** @type {HTMLInputElement} */ (find(form, 'input'));
    if (!filled(form)) return;
    const place = await attempt(api.call('SetSecret', name, field.value));
    if (!place) return;
    field.value = '';
    store.toast({ text: place === 'keyring' ? t`The key is kept in the system’s keyring.` : t`No keyring was found: the key is kept until Errata ends.` });
    void load('providers');
  }

  /** @param {string} name */
  async #forget(name) {
    if (await attempt(api.call('DeleteSecret', name).then(() => true))) store.toast({ text: t`The key was forgotten.` });
    void load('providers');
  }

  /** @param {HTMLElement} form */
  async #need(form) {
    const name = form.dataset.setting ?? '';
    if (await keep(/** @type {Partial<Settings>} */ ({ [name]: valueOf(form, name).trim() }))) void load('providers');
  }

  // Render

  render() {
    const { providers, settings, loads } = store.state;
    if (!settings) return html``;
    return html`${failed(loads.providers, html`<button data-do="again">Try again</button>`)}<ul class="lines">${providers.map((p) => this.#provider(p, settings))}</ul>
      <p class="hint">Test asks one source for the capital of France, whether it is on or not; nothing of yours is sent.</p>`;
  }

  /** @param {ProviderHealth} p @param {Settings} s */
  #provider(p, s) {
    return html`<li data-key="${p.name}" class="provider"><div class="provider-head"><label class="tick"><input type="checkbox" name="provider" value="${p.name}" ${p.on ? html`checked` : ''}><span><strong>${told(p.title || p.name)}</strong> <span class="hint">${p.local ? t`Stays on this machine.` : told(p.sends)} ${told(p.message)}</span></span></label>
      <button class="quiet" data-do="test" data-name="${p.name}" aria-label="Test ${told(p.title || p.name)}" ${store.state.tests[p.name] === 'asked' ? html`disabled` : ''}>Test</button></div>
      ${outcome(p.name)}
      ${p.on && p.needs.length ? html`<div class="provider-needs">${p.needs.map((n) => (n.setting ? setting(n, s) : key(p)))}</div>` : ''}</li>`;
  }
}

/** What a test gave. @param {string} name */
function outcome(name) {
  const test = store.state.tests[name];
  if (!test) return '';
  if (test === 'asked') return html`<p class="hint provider-test">Asking…</p>`;
  if ('code' in test) return html`<div class="provider-test">${failed(test)}</div>`;
  const seconds = duration(test.took / 1e9);
  return html`<p class="provider-test hint">${test.ok ? html`<strong class="good">It answers.</strong> ${test.found ? t`${count(test.found, 'passage')} in ${seconds}.` : t`Nothing was found, in ${seconds}.`}` : html`<strong class="bad">It does not answer.</strong> ${told(test.message)}`}
    ${test.sent?.length ? t`Sent: ${test.sent.join('; ')}.` : ''}</p>`;
}

/** @param {ProviderHealth} p */
const key = (p) => html`<form class="inline-form" data-send="key" data-name="${p.name}"><label for="key-${p.name}">Key</label><input id="key-${p.name}" type="password" required autocomplete="off"><button>Keep</button><button type="button" class="quiet" data-do="key-delete" data-name="${p.name}">Forget</button></form>`;

/** @param {ProviderNeed} n @param {Settings} s */
const setting = (n, s) => html`<form class="inline-form" data-send="need" data-setting="${n.setting}"><label for="need-${n.setting}">${told(n.label)}</label><input id="need-${n.setting}" name="${n.setting}" value="${Object.entries(s).find(([name]) => name === n.setting)?.[1] ?? ''}" placeholder="${n.example ?? ''}" autocomplete="off" spellcheck="false"><button>Keep</button></form>`;

export const defineSettingsEvidence = () => customElements.define('settings-evidence', SettingsEvidence);
export { SettingsEvidence };
