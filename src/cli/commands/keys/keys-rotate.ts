import { currentCard } from '../../../client/keys/my-keys.ts';
import { rotateKeys } from '../../../client/login/account-changes.ts';
import { exportStrings } from '../../../tui/text/export-strings.ts';
import type { Command } from '../../command.ts';

export const keysRotate: Command = {
  options: (yargs) => yargs,

  async run(shell) {
    const me = await shell.signIn();
    try {
      const { keys } = await shell.untilInterrupted(
        me.authenticator.withPassword(await shell.password(me.name), rotateKeys),
      );
      const { cardSeq } = currentCard(keys);
      shell.output.result({ type: 'rotated', name: me.name, card: cardSeq }, exportStrings.rotated);
      shell.output.info(exportStrings.afterRotation);
    } finally {
      await me.close();
    }
  },
};
