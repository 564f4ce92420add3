import type { Highlighter, Language } from './core.js';
declare const language: (hljs: Highlighter) => Language;
export default language;
