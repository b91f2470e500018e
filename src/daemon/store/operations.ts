/** All operations of the store on SQLite. */
import { cardOperations } from './card-operations.ts';
import { conversationOperations } from './conversation-operations.ts';
import { deviceOperations } from './device-operations.ts';
import { entryOperations } from './entry-operations.ts';
import { fileOperations } from './file-operations.ts';
import type { Implementation } from './operation.ts';
import { roomOperations } from './room-operations.ts';
import { sharedStateOperations } from './shared-state-operations.ts';
import type { OperationName, Operations } from './store.ts';
import { vaultOperations } from './vault-operations.ts';

export const operations: Implementation<Operations> = {
  ...entryOperations,
  ...conversationOperations,
  ...roomOperations,
  ...cardOperations,
  ...deviceOperations,
  ...vaultOperations,
  ...sharedStateOperations,
  ...fileOperations,
};

export const operationNames = Object.keys(operations) as OperationName[];
