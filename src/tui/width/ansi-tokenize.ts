/**
 * Caches the tokenizer that Ink uses; it replaces @alcalzone/ansi-tokenize when the screen is bundled (scripts/bundle.ts). Ink
 * only reads the tokens and characters, so that frames can share them.
 */
import {
  styledCharsFromTokens as charsOf,
  type StyledChar,
  type Token,
  tokenize as tokensOf,
} from '@alcalzone/ansi-tokenize';
import { memoize } from './width-cache.ts';

export { styledCharsToString } from '@alcalzone/ansi-tokenize';

const remembered = memoize((text: string) => tokensOf(text));
const chars = new WeakMap<Token[], StyledChar[]>();

export function tokenize(text: string, end?: number): Token[] {
  return end === undefined ? remembered(text) : tokensOf(text, end);
}

export function styledCharsFromTokens(tokens: Token[]): StyledChar[] {
  let found = chars.get(tokens);
  if (found === undefined) {
    found = charsOf(tokens);
    chars.set(tokens, found);
  }
  return found;
}
