import test from 'ava';
import { deviceLines } from '../../../src/tui/commands/pages.ts';
import { noon, ownDevice } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

const own = ownDevice({ device: 7, name: 'desk', online: true, current: true });
const laptop = ownDevice({ device: 12, name: 'laptop', isNew: true });

function openDevices(t: Parameters<typeof openChat>[0], more: readonly (typeof laptop)[] = []) {
  return openChat(t, (client) => {
    client.ownDevices = [own, laptop, ...more];
  });
}

test('the list of devices opens as a page, and then they are no longer new', async (t) => {
  const { say, calls, client, chat, store, settle } = await openDevices(t);
  client.emit({ type: 'new-device', device: 12, kind: 'device', name: 'laptop', address: '10.0.0.7', at: noon });
  await settle();
  t.is(chat().newDevices.length, 1);
  await say('.devices');
  t.like(store.get().overlay, { kind: 'page', title: 'Your devices' });
  t.deepEqual(calls('markDevicesSeen'), [[2]]);
  t.is(chat().newDevices.length, 0);
});

test('the list is shown even if the profile cannot note that it was looked at', async (t) => {
  const { say, client, notice, store } = await openDevices(t);
  client.failures.set('markDevicesSeen', new Error('the disk is full'));
  await say('.devices');
  t.like(store.get().overlay, { kind: 'page', title: 'Your devices' });
  t.is(notice(), 'the disk is full');
});

test('one device is logged out by its name or number, or all others', async (t) => {
  const { say, calls, notice } = await openDevices(t, [ownDevice({ device: 34, name: '' })]);
  await say('.devices end laptop');
  t.is(notice(), 'laptop is logged out');
  await say('.devices end 34');
  t.is(notice(), '34 is logged out');
  await say('.devices end others');
  t.is(notice(), 'no other device was logged in');
  await say('.devices end nobody');
  t.is(notice(), 'you have no device nobody; the list shows their names and numbers');
  t.deepEqual(calls('endDevice'), [[12], [34], [null]]);
});

test('the end of all others says that an export was among them', async (t) => {
  const { say, notice } = await openDevices(t, [ownDevice({ device: 34, kind: 'export' })]);
  await say('.devices end others');
  t.is(notice(), '1 other device and 1 export of your keys were logged out: .keys export makes a new export');
});

test('of two devices with one name none is logged out', async (t) => {
  const { say, calls, notice } = await openDevices(t, [ownDevice({ device: 34, name: 'laptop' })]);
  await say('.devices end laptop');
  t.is(notice(), '2 devices are called laptop; give the number of one: 12, 34');
  t.deepEqual(calls('endDevice'), []);
});

test('a page of devices has name, last use, address, age and number', (t) => {
  const file = ownDevice({ device: 56, name: '', kind: 'export', lastSeen: noon - 7_200_000 });
  const lines = deviceLines([own, laptop, file], noon);
  t.regex(lines[0] ?? '', /^● desk +this one$/);
  t.regex(lines[1] ?? '', /^ {2}10\.0\.0\.7 · added .* · 7$/);
  t.regex(lines[2] ?? '', /^! laptop +new · /);
  t.regex(lines[4] ?? '', /^○ 56 +.* · export of your keys$/);
});
