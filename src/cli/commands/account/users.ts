import { allPeople } from '../../../client/people/list-people.ts';
import { takeShared } from '../../../client/shared/take-shared.ts';
import { hex } from '../../../protocol/base/bytes.ts';
import type { Command } from '../../command.ts';
import { reportUser } from '../../console/result-printer.ts';

export const users: Command = {
  options: (yargs) => yargs,

  async run(shell) {
    const me = await shell.signIn();
    try {
      await takeShared(me, (text) => shell.output.warn(text));
      const pins = await me.keyring.allPinned();
      // A mark is for the key that was compared, not for another one that the server shows now.
      const verified = new Map(pins.filter((pin) => pin.verified).map((pin) => [pin.name, hex(pin.idFp)]));
      for await (const { name, online, idFp } of allPeople(me.connection)) {
        const fingerprint = idFp === null ? null : hex(idFp);
        const known = name === me.name || (fingerprint !== null && verified.get(name) === fingerprint);
        const remarks = [online ? 'online' : 'offline', ...(name === me.name ? ['you'] : known ? ['verified'] : [])];
        reportUser(
          shell.output,
          { name, online, fingerprint, verified: known },
          `${name}  ${remarks.join(', ')}  ${fingerprint ?? 'no keys yet'}`,
        );
      }
    } finally {
      await me.close();
    }
  },
};
