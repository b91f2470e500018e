/** The login form: its steps and fields. */
import { type Editor, emptyEditor } from './editor.ts';
import type { Asked } from './question.ts';

export type LoginField = 'server' | 'name' | 'password' | 'repeat' | 'invite';
type LoginStep = 'server' | 'trust' | 'account';
export type Progress = 'start' | 'keys' | 'connect' | 'login' | 'vault' | 'sync';

export type Login = {
  step: LoginStep;
  fields: Record<LoginField, Editor>;
  active: LoginField;
  /** Registers an account instead of logging in. */
  making: boolean;
  /** The server for which `making` was decided; another server decides anew. */
  asked: string;
  errors: Partial<Record<LoginField, string>>;
  /** The daemon's key, which the step 'trust' asks to compare. */
  offered: ({ address: string; fingerprint: string; words: string } & Asked) | null;
  /** What the form waits for. */
  busy: Progress | null;
  /** Why the server admits nobody now, and a function that ends the wait. */
  waiting: { reason: string; giveUp: () => void } | null;
  /** The server address that an empty field stands for. */
  fallback: string;
  /** No daemon answers at the default address, and one can be started here. */
  canStart: boolean;
};

export function emptyLogin(server: string, name = '', fallback = ''): Login {
  const filled = (text: string): Editor => ({ before: text, after: '' });
  return {
    step: 'server',
    fields: {
      server: filled(server),
      name: filled(name),
      password: emptyEditor,
      repeat: emptyEditor,
      invite: emptyEditor,
    },
    active: 'server',
    making: false,
    asked: '',
    errors: {},
    offered: null,
    busy: null,
    waiting: null,
    fallback,
    canStart: false,
  };
}
