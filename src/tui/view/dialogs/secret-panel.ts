/** The panel of a form whose fields are not shown as text. */
import { printable } from '../../../protocol/base/safe-text.ts';
import { emptyEditor, textOf } from '../../state/editor.ts';
import type { KeyWork, Overlay } from '../../state/state.ts';
import { exportStrings } from '../../text/export-strings.ts';
import { strings } from '../../text/strings.ts';
import { fill } from '../../width/measure.ts';
import { errorRows, strengthRows } from '../elements/below-field.ts';
import type { PanelProps, PanelRow } from '../elements/panel.tsx';

const SECRET_LABEL = 14;

/** @param name of the account, which its password should not contain */
export function secretPanel(
  overlay: Extract<Overlay, { kind: 'secrets' }>,
  name: string,
  columns: number,
): Pick<PanelProps, 'title' | 'foot'> & { rows: PanelRow[] } {
  const { form, fields, active, error, busy } = overlay;
  const indent = ' '.repeat(SECRET_LABEL + 2);
  const { title, labels, foot, waiting } = typeof form === 'string' ? secretForms[form] : keyForm(form);
  return {
    title: title(name),
    foot: busy ? waiting : foot,
    rows: labels.flatMap((label, index): PanelRow[] => {
      const field = fields[index] ?? emptyEditor;
      return [
        { field, label: fill(label, SECRET_LABEL), mask: '•', active: active === index && !busy },
        // The first field is the password as it is; the second one is chosen here.
        ...(index === 1 ? strengthRows(textOf(field), name, indent) : []),
        ...(error?.field === index ? errorRows(error.text, indent, columns) : []),
      ];
    }),
  };
}

function keyForm(work: KeyWork) {
  const { titles, foot, waiting, password, passphrase } = exportStrings;
  const labels = {
    export: [password, passphrase, strings.login.repeat],
    check: [passphrase],
    rotate: [password],
  }[work.do];
  const title = 'path' in work ? `${titles[work.do]}: ${printable(work.path)}` : titles[work.do];
  return { title: () => title, labels, foot: foot[work.do], waiting: waiting[work.do] };
}

const secretForms = {
  passwd: {
    title: () => strings.overlays.passwd,
    labels: [strings.passwd.old, strings.passwd.fresh, strings.login.repeat],
    foot: strings.passwd.foot,
    waiting: strings.login.progress.login,
  },
  'close-account': {
    title: strings.closing.title,
    labels: [strings.closing.password],
    foot: strings.closing.formFoot,
    waiting: strings.closing.closing,
  },
} as const;
