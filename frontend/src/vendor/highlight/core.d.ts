export interface Language { name?: string }
export interface Highlighter {
  registerLanguage(name: string, language: (hljs: Highlighter) => Language): void;
  getLanguage(name: string): Language | undefined;
  highlight(code: string, options: { language: string; ignoreIllegals?: boolean }): { value: string };
}
declare const hljs: Highlighter;
export default hljs;
