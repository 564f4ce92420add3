export { default } from './language.js';
