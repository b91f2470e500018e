/** The newest state of what an account's devices share that this profile has seen. */
import type { Owner } from '../../protocol/account/account-seal.ts';
import { openSharedState, type SharedState } from '../../protocol/account/shared-state.ts';
import type { ClientContext } from '../login/client-context.ts';

export class SharedStateStore {
  readonly #context: Pick<ClientContext, 'profile' | 'keyring' | 'daemonId' | 'account'>;

  constructor(context: Pick<ClientContext, 'profile' | 'keyring' | 'daemonId' | 'account'>) {
    this.#context = context;
  }

  get owner(): Owner {
    const { keyring, daemonId } = this.#context;
    return { daemonId, name: keyring.me.name, idFp: keyring.me.idFp };
  }

  /** Returns version 0 without rows while there is none. @throws ProtocolError 'shared' when the profile is damaged */
  async load(): Promise<SharedState> {
    const { profile, account } = this.#context;
    const [row] = await profile.db.all('SELECT state FROM shared_states WHERE account = ?', [account]);
    return row === undefined ? { version: 0, rows: [] } : this.open(row.state as Uint8Array);
  }

  /** @throws ProtocolError as openSharedState */
  open(state: Uint8Array): SharedState {
    return openSharedState(this.#context.keyring.me.identity, this.owner, state);
  }

  /** Stores a state, unless another process of the profile has stored a higher version. */
  async save(version: number, state: Uint8Array): Promise<void> {
    const { profile, account } = this.#context;
    await profile.db.run(
      `INSERT INTO shared_states (account, version, state) VALUES (?, ?, ?)
         ON CONFLICT (account) DO UPDATE SET version = excluded.version, state = excluded.state
         WHERE version < excluded.version`,
      [account, version, state],
    );
  }
}
