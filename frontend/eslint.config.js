import js from '@eslint/js';
import globals from 'globals';

/** Only this file may take text for markup: it sanitises first. */
const markupFile = 'src/markdown.js';

export default [
  { ignores: ['src/vendor/**', 'node_modules/**'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: globals.browser },
    rules: {
      'no-console': 'error', // an error goes to the user, not to a console nobody opens
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-properties': ['error',
        { property: 'innerHTML', message: 'Draw with html and morph: they encode.' },
        { property: 'outerHTML', message: 'Draw with html and morph: they encode.' },
        { property: 'insertAdjacentHTML', message: 'Draw with html and morph: they encode.' },
      ],
    },
  },
  { files: ['src/elements/**'], rules: { 'max-lines': ['error', 200] } },
  {
    // Elements emit events; rooms call Go.
    files: ['src/elements/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['**/api.js', '**/store.js', '**/asking.js', '**/jobs.js'], message: 'An element emits an event; its room calls Go.' }] }] },
  },
  {
    files: ['src/**'],
    ignores: [markupFile, 'src/html.js'],
    rules: { 'no-restricted-syntax': ['error', { selector: "ImportSpecifier[imported.name='raw']", message: `raw() is for ${markupFile} only.` }] },
  },
  { files: ['test/**', 'e2e/**', '*.js'], languageOptions: { globals: { ...globals.node, ...globals.browser } }, rules: { 'no-console': 'off' } },
  { files: ['src/html.js', 'test/**', 'e2e/**'], rules: { 'no-restricted-properties': 'off' } },
];
