import { ClientError } from '../../../client/errors.ts';
import { type Command, textOption } from '../../command.ts';
import { newSecret } from '../../console/secret-questions.ts';

const MINUTE_MS = 60_000;
const DEFAULT_AFTER_MS = 15 * MINUTE_MS;
const MAX_AFTER_MS = 24 * 60 * MINUTE_MS;

export const profileLock: Command = {
  options: (yargs) =>
    yargs
      .option('after', {
        type: 'string',
        requiresArg: true,
        describe:
          'the screen asks again after this time without a key, such as 15m or 2h; off for never; 15m by default, or as before',
      })
      .option('passphrase-file', {
        type: 'string',
        requiresArg: true,
        describe: 'read the new passphrase from this file; the one before is in --profile-passphrase-file',
      }),

  async run({ keyFile, askPassphrase, output, terminal }, args) {
    const asked = args.after === undefined ? undefined : parseAfter(String(args.after));
    const held = await keyFile.read();
    const before = held instanceof Uint8Array ? DEFAULT_AFTER_MS : held.after;
    const key = await keyFile.open(askPassphrase);
    output.info(
      'nobody can recover a forgotten passphrase: unsent messages, drafts and keys that only this profile has are lost with it',
    );
    const file = textOption(args, 'passphraseFile');
    const after = asked === undefined ? before : asked;
    const source = { file, output, terminal };
    const passphrase = await newSecret('passphrase', 'new passphrase of the profile:', '--passphrase-file', source);
    await keyFile.replace(key, { passphrase, after });
    output.line(
      `the profile is locked: each start asks for the passphrase${after === null ? '' : `, and the screen again after ${after / MINUTE_MS} min without a key`}`,
    );
    output.info('copies of profile.key from before, in backups for example, still open it: delete them');
  },
};

/** Returns ms, or null for `off`. @throws ClientError 'usage' */
function parseAfter(text: string): number | null {
  if (text === 'off') return null;
  const [, count = '', unit] = /^(\d{1,4})([mh])$/.exec(text) ?? [];
  const after = Number(count) * (unit === 'h' ? 60 * MINUTE_MS : MINUTE_MS);
  if (after >= MINUTE_MS && after <= MAX_AFTER_MS) return after;
  throw new ClientError('usage', `--after takes a time from 1m to 24h, such as 15m, or off; not "${text}"`);
}
