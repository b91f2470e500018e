import { once } from 'node:events';
import test from 'ava';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import { EventDelivery } from '../../../src/client/messages/event-delivery.ts';
import type { ClientEvent } from '../../../src/client/types.ts';

const online: ClientEvent = { type: 'link', link: { state: 'online' } };
const notice: ClientEvent = { type: 'notice', text: 'the daemon stops' };

/** @param accepted receives the events that a listener accepted */
function open(accepted: ClientEvent[] = []) {
  const bus = new ClientBus();
  bus.on('heard', (event) => void accepted.push(event));
  return { bus, announcer: new EventDelivery(bus) };
}

/** A listener that throws at each event of this type. */
function throwingListener(at: ClientEvent['type']) {
  return (event: ClientEvent): void => {
    if (event.type === at) throw new Error('a bug of the listener');
  };
}

test('a listener that throws is reported, and the others get every event', (t) => {
  const accepted: ClientEvent[] = [];
  const heard: ClientEvent[] = [];
  const { bus, announcer } = open(accepted);
  announcer.subscribe(throwingListener('link'));
  announcer.subscribe((event) => heard.push(event));
  bus.publish('announced', online);
  const failed: ClientEvent = {
    type: 'notice',
    text: 'a part of this program failed (a bug of the listener); start it again if something is missing',
  };
  t.deepEqual(heard, [online, failed]);
  t.deepEqual(accepted, [online, failed]);
});

test('an event that no listener accepted does not count as heard', (t) => {
  const accepted: ClientEvent[] = [];
  const { bus, announcer } = open(accepted);
  announcer.subscribe(throwingListener('link'));
  bus.publish('announced', online);
  t.deepEqual(
    accepted.map(({ type }) => type),
    ['notice'],
  );
});

test.serial('a listener that throws at the report, too, causes a process warning', async (t) => {
  const heard: ClientEvent[] = [];
  const { bus, announcer } = open();
  announcer.subscribe(throwingListener('notice'));
  announcer.subscribe((event) => heard.push(event));
  const warned = once(process, 'warning');
  bus.publish('announced', notice);
  const [warning] = await warned;
  t.is((warning as Error).message, 'a bug of the listener');
  t.deepEqual(heard, [notice]);
});
