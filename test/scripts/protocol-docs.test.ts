import { readFileSync } from 'node:fs';
import test from 'ava';
import { path, withTables } from '../../scripts/make-protocol-docs.ts';
import { events } from '../../src/protocol/wire/events.ts';
import { requests } from '../../src/protocol/wire/requests.ts';

const document = readFileSync(path, 'utf8');

test('the tables of docs/PROTOCOL.md are up to date (npm run docs)', (t) => {
  t.is(document, withTables(document));
  for (const name of [...Object.keys(requests), ...Object.keys(events)])
    t.true(document.includes(`\n| \`${name}\` |`), name);
});

test('a type shows its limits, also those of text that is made printable', (t) => {
  t.regex(
    document,
    /^\| `fetch` \| logged in \| `conversation` bytes 32, .*`before` u53 or null, .*\[`note`, `message`, /m,
  );
  t.regex(document, /^\| `epoch-keys` .* `chunk` bytes 1,520 or bytes 0\}\] ≤ 128 \| `\{\}` \|/m);
  t.regex(document, /^\| `transfer-failed` \| .*`message` text ≤ 512 \|/m);
});

test('a document without the marks is refused', (t) => {
  t.throws(() => withTables('# Another document'), { message: /must hold/ });
});
