/** Colours on a real terminal. */
import test from 'ava';
import { themes } from '../../src/tui/state/theme.ts';
import { isChatShown, stage } from '../helpers/screen/stage.ts';
import { until } from '../helpers/until.ts';

test.serial('without colours nothing is coloured, and everything is still shown', async (t) => {
  const screen = stage(t, 'talk', { env: { NO_COLOR: '1' } });
  const text = await screen.until((seen) => isChatShown(seen) && seen.includes('●'));
  t.regex(text, /▸# lobby/);
  t.deepEqual(screen.colours(), []);
  t.true(screen.weights().bold > 0, 'bold is no colour');
  screen.write('\x06');
  screen.write('nice');
  await until(() => screen.weights().inverse > 0);
});

/** A colour of a theme as a cell has it: an index of the palette, or RGB. */
function cellColour(color: string | undefined): number {
  const [, index] = /^ansi256\((\d+)\)$/.exec(color ?? '') ?? [];
  return index === undefined ? Number.parseInt((color ?? '').slice(1), 16) : Number(index);
}

for (const [name, background, accent, other] of [
  ['a light terminal', 'rgb:ffff/ffff/ffff', themes.light.online.color, themes.dark.online.color],
  ['a dark terminal', 'rgb:1e1e/1e1e/2e2e', themes.dark.online.color, themes.light.online.color],
  ['a terminal that says nothing', undefined, themes.either.online.color, themes.dark.online.color],
] as const) {
  test.serial(`${name} gets readable colours, and its answer types nothing`, async (t) => {
    const screen = stage(t, 'talk', { ...(background !== undefined && { background }) });
    await screen.until((text) => isChatShown(text) && text.includes('● online'));
    await until(() => screen.colours().includes(cellColour(accent)) && !screen.colours().includes(cellColour(other)));
    t.is(screen.asked(), 1);
    t.true(screen.rows().some((row) => row.includes('#lobby › write to #lobby')));
  });
}

for (const env of [{ NO_COLOR: '1' }, { TERM: 'xterm', COLORTERM: '' }]) {
  test.serial(`a terminal of few colours is not asked for its background: ${Object.keys(env)[0]}`, async (t) => {
    const screen = stage(t, 'talk', { env, background: 'rgb:ffff/ffff/ffff' });
    await screen.until((text) => isChatShown(text) && text.includes('● online'));
    t.is(screen.asked(), 0);
  });
}
