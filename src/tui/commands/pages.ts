/** The lines of the pages on which the screen shows longer results. */

import type { Client } from '../../client/api/client-api.ts';
import { shownName } from '../../client/people/shown-name.ts';
import type { Device, Person } from '../../client/types.ts';
import { commandNames } from '../command-line/command-names.ts';
import { type ConversationItem, type FileItem, presenceSign, presenceWord } from '../selectors/selectors.ts';
import { deviceLabel, kindOfDevice, seenText } from '../text/device-text.ts';
import { age, groups, size } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { fill } from '../width/measure.ts';
import { commandTable } from './dot-command-table.ts';

export function helpLines(): string[] {
  return commandNames.map((name) => `${fill(`${name} ${commandTable[name].usage}`, 33)} ${commandTable[name].help}`);
}

export function conversationLines(list: readonly ConversationItem[]): string[] {
  return list.map((item) => {
    const presence = item.room ? '' : presenceWord(item);
    const key = item.changed ? strings.header.changed : item.verified ? strings.header.verified : '';
    const muting = [item.muted ? strings.header.muted : '', item.blocked ? strings.header.blocked(item.label) : ''];
    return `${presenceSign(item)} ${fill(item.label, 24)} ${fill(presence, 9)} ${[key, ...muting].filter(Boolean).join('  ')}`;
  });
}

/** `now`: ms since 1970 UTC. */
export function fileLines(files: readonly FileItem[], now: number): string[] {
  if (files.length === 0) return [strings.files.empty];
  return files.map(
    ({ file }) =>
      `${fill(file.name, 34)} ${fill(size(file.size), 10, 'right')}  ${fill(shownName(file), 12)} ${age(file.at, now)}`,
  );
}

export function identityLines({ name, fingerprint, daemon, device }: Client['me']): string[] {
  return [
    `${fill(strings.login.name, 12)}${name}`,
    `${fill(strings.pages.fingerprint, 12)}${groups(fingerprint.slice(0, 32))}`,
    `${fill('', 12)}${groups(fingerprint.slice(32))}`,
    `${fill(strings.login.server, 12)}${daemon.address}`,
    `${fill('', 12)}${groups(daemon.fingerprint.slice(0, 32))}`,
    `${fill('', 12)}${groups(daemon.fingerprint.slice(32))}`,
    `${fill(strings.pages.device, 12)}${device}`,
    '',
    strings.pages.link,
    `securechat://${daemon.address}#${daemon.fingerprint}`,
  ];
}

export function keyLines(people: readonly Person[]): string[] {
  return people.flatMap(({ name, fingerprint, verified }) => [
    `${verified ? '✔' : ' '} ${fill(name, 16)} ${fingerprint === null ? strings.header.noKeys : groups(fingerprint.slice(0, 32))}`,
    ...(fingerprint === null ? [] : [`${fill('', 19)}${groups(fingerprint.slice(32))}`]),
  ]);
}

/** `now`: ms since 1970 UTC. */
export function deviceLines(devices: readonly Device[], now: number): string[] {
  return devices.flatMap((one) => {
    const remarks = [seenText(one, now), ...(one.kind === 'export' ? [kindOfDevice(one)] : [])].join(' · ');
    return [
      `${one.isNew ? '!' : one.online ? '●' : '○'} ${fill(deviceLabel(one), 24)} ${one.isNew ? `${strings.messages.new} · ` : ''}${remarks}`,
      `  ${one.address} · ${strings.pages.added(age(one.since, now))} · ${one.device}`,
    ];
  });
}
