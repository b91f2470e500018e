import type xterm from '@xterm/headless';
import stringWidth from 'string-width';

type Provider = Parameters<xterm.Terminal['unicode']['register']>[0];

const ZWJ = 0x200d;

/**
 * Character widths of modern terminals for xterm.js: emoji are two cells wide, and a joined sequence counts as one. The built-in
 * table is Unicode 6.
 */
export const modernWidths: Provider = {
  version: 'modern',
  wcwidth: widthOf,
  charProperties(codepoint: number, preceding: number): number {
    const before = (preceding >> 1) & 3;
    const joined = preceding !== 0 && before > 0 && (widthOf(codepoint) === 0 || preceding >> 3 === ZWJ);
    const width = joined ? before : widthOf(codepoint);
    return ((codepoint === ZWJ ? ZWJ : 0) << 3) | (width << 1) | (joined ? 1 : 0);
  },
} as Provider;

function widthOf(codepoint: number): 0 | 1 | 2 {
  if (codepoint < 0x300) return codepoint < 32 || (codepoint >= 0x7f && codepoint < 0xa0) ? 0 : 1;
  return Math.min(2, stringWidth(String.fromCodePoint(codepoint))) as 0 | 1 | 2;
}
