/** The exports of the library: `import { connect } from 'securechat'`. */
export { Refusal, type RefusalCode } from '../protocol/base/errors.ts';
export type { Client } from './api/client-api.ts';
export { connect } from './connect.ts';
export type { Ask, ConnectOptions, Doubt } from './connect-types.ts';
export { ClientError, type ClientErrorCode } from './errors.ts';
export type { ExportRequest, MadeExport } from './export-types.ts';
export { type ListenOptions, listen } from './messages/message-stream.ts';
export type {
  Body,
  ClientEvent,
  Conversation,
  ConversationName,
  Device,
  EndedDevices,
  FileInfo,
  FileRef,
  Gap,
  LinkState,
  ListedFile,
  Message,
  MessageRef,
  NewDevice,
  Person,
  ProfileLock,
  SendState,
  TransferOptions,
  TransferState,
} from './types.ts';
