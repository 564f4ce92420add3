import { html } from '../html.js';
import { Part, valueOf } from '../part.js';

/**
 * Where a version is written for other programs, and how much of it.
 *
 *     <export-form></export-form>   .view = {id, home}   emits export-go {id, merged, folder}, export-close
 */
class ExportForm extends Part {
  #view = { id: '', home: '' };

  actions = {
    go: () => this.emit('export-go', { id: this.#view.id, merged: valueOf(this, 'merged') === 'true', folder: valueOf(this, 'folder').trim() }),
    close: () => this.emit('export-close'),
  };

  /** @param {{id: string, home: string}} view */
  set view(view) {
    if (view.id === this.#view.id && view.home === this.#view.home) return; // what is ticked stays
    this.#view = view;
    this.draw();
  }

  // Render

  render() {
    const folder = `${this.#view.home}/exports`;
    return html`<form class="panel" data-send="go" aria-label="Export">
      <p>The adapter (PEFT and GGUF) and a Modelfile for Ollama, each file proven by its SHA-256.</p>
      <label class="tick"><input type="checkbox" name="merged"> <span>The merged weights too <span class="hint">as large as the model; every engine takes them</span></span></label>
      <label for="export-folder">Folder</label><input id="export-folder" name="folder" placeholder="${folder}" autocomplete="off">
      <div class="buttons"><button class="primary">Export</button><button type="button" class="quiet" data-do="close">Cancel</button></div></form>`;
  }
}

export const defineExportForm = () => customElements.define('export-form', ExportForm);
export { ExportForm };
