import xterm from '@xterm/headless';
import test from 'ava';
import { colorOf, terminalSvg } from '../../scripts/terminal-svg.ts';

async function draws(data: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 20, rows: 2, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(data, done));
  return terminalSvg(terminal, 'a <title>');
}

test('text keeps its position, colour and weight', async (t) => {
  const svg = await draws('  plain \x1b[1;38;2;255;0;16mbold\x1b[0m\r\n\x1b[4mline\x1b[0m');
  t.true(svg.includes('<text x="30.8" y="48" textLength="42">plain</text>'));
  t.true(svg.includes('fill="#ff0010" font-weight="bold" textLength="33.6">bold</text>'));
  t.regex(svg, /<text x="14" y="67" text-decoration="underline"[^>]*>line</);
});

test('text cannot become markup', async (t) => {
  const svg = await draws('<b>&"');
  t.true(svg.includes('&lt;b&gt;&amp;&quot;'));
  t.true(svg.includes('aria-label="a &lt;title&gt;"'));
  t.false(svg.includes('<b>'));
});

test('inverse text gets a background, wide characters two cells, box characters strokes', async (t) => {
  const svg = await draws('\x1b[7mx\x1b[0m漢字 │─');
  t.true(svg.includes('<rect x="14" y="34" width="8.4" height="19" fill="#d5dae4"/>'));
  t.true(svg.includes('>漢</text>') && svg.includes('textLength="16.8">字</text>'));
  t.is(svg.match(/<path /g)?.length, 2);
  t.false(svg.includes('│'));
});

test('the palette of 256 colours is that of xterm', (t) => {
  t.is(colorOf(0x102030, true), '#102030');
  t.is(colorOf(1, false), '#f7768e');
  t.is(colorOf(16, false), '#000000');
  t.is(colorOf(231, false), '#ffffff');
  t.is(colorOf(196, false), '#ff0000');
  t.is(colorOf(244, false), '#808080');
});
