/** Every dot-command. Help, usage notices, completion and docs/SCREEN.md are printed from this table. */
import { accountCommands } from './account-commands.ts';
import { conversationCommands } from './conversation-commands.ts';
import type { CommandTable } from './dot-command.ts';
import { fileCommands } from './file-commands.ts';
import { keysCommands } from './keys-commands.ts';
import { messageCommands } from './message-commands.ts';
import { muteCommands } from './mute-commands.ts';
import { preferenceCommands } from './preference-commands.ts';
import { trustCommands } from './trust-commands.ts';
import { viewCommands } from './view-commands.ts';

export const commandTable: CommandTable = {
  ...viewCommands,
  ...conversationCommands,
  ...messageCommands,
  ...fileCommands,
  ...trustCommands,
  ...keysCommands,
  ...accountCommands,
  ...muteCommands,
  ...preferenceCommands,
};
