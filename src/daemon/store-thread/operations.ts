/** All operations of the store on SQLite. */
import { cardOperations } from '../store/card-operations.ts';
import { closingOperations } from '../store/closing-operations.ts';
import { conversationOperations } from '../store/conversation-operations.ts';
import { deviceOperations } from '../store/device-operations.ts';
import { entryOperations } from '../store/entry-operations.ts';
import { fileOperations } from '../store/file-operations.ts';
import type { Implementation } from '../store/operation.ts';
import { roomOperations } from '../store/room-operations.ts';
import { sharedStateOperations } from '../store/shared-state-operations.ts';
import type { OperationName, Operations } from '../store/store.ts';
import { vaultOperations } from '../store/vault-operations.ts';

export const operations: Implementation<Operations> = {
  ...entryOperations,
  ...conversationOperations,
  ...roomOperations,
  ...cardOperations,
  ...deviceOperations,
  ...vaultOperations,
  ...sharedStateOperations,
  ...closingOperations,
  ...fileOperations,
};

export const operationNames = Object.keys(operations) as OperationName[];
