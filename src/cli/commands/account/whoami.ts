import { hex } from '../../../protocol/base/bytes.ts';
import { fingerprintWords } from '../../../protocol/link/daemon-identity.ts';
import type { Command } from '../../command.ts';

export const whoami: Command = {
  options: (yargs) => yargs,

  async run(shell) {
    const me = await shell.signIn();
    try {
      const fingerprint = hex(me.keyring.me.idFp);
      const daemon = { address: me.daemon.address, fingerprint: hex(me.daemon.fingerprint) };
      const join = `securechat://${daemon.address}#${daemon.fingerprint}`;
      const lines = [
        `name         ${me.name}`,
        `fingerprint  ${fingerprint}`,
        `device       ${me.device}`,
        `server       ${daemon.address}`,
        `server key   ${daemon.fingerprint}`,
        `in words     ${fingerprintWords(me.daemon.fingerprint)}`,
        `join link    ${join}`,
      ];
      shell.output.result(
        { type: 'me', name: me.name, fingerprint, device: me.device, daemon, join },
        lines.join('\n'),
      );
    } finally {
      await me.close();
    }
  },
};
