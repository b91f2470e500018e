/** How far a conversation was read, delivered here, and shown to listeners: in the profile's database, and at the daemon. */
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';

export class ConversationMarks {
  readonly #context: Pick<ClientContext, 'connection' | 'profile' | 'account'>;

  constructor(context: Pick<ClientContext, 'connection' | 'profile' | 'account'>) {
    this.#context = context;
  }

  /** Stores a mark; it never moves back. @param key of the conversation @param mark `notified`: shown to listeners */
  async store(key: string, mark: 'read' | 'notified', seq: number): Promise<void> {
    const { profile, account } = this.#context;
    const column = mark === 'read' ? 'read' : 'told';
    await profile.db.run(`UPDATE coverage SET ${column} = max(${column}, ?) WHERE account = ? AND conversation = ?`, [
      seq,
      account,
      key,
    ]);
  }

  /** If the mark does not reach the daemon now, it is sent again after the next login. */
  async send(mark: 'read' | 'deliver', { id }: ConversationRef, seq: number): Promise<void> {
    await this.#context.connection.request(mark, { conversation: id, seq }).catch(() => {});
  }
}
