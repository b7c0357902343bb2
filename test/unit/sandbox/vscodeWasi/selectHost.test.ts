import { describe, expect, it } from 'vitest';
import type { HostKind } from '../../../../src/sandbox/sandbox';
import { parseHostSetting, selectHost, type CoreState, type HostSetting } from '../../../../src/sandbox/vscodeWasi/selectHost';

const usable: CoreState = { kind: 'usable' };
const absent: CoreState = { kind: 'absent' };
const unusable: CoreState = { kind: 'unusable', reason: 'it is too old' };

describe('the choice of the host', () => {
  it.each<[HostSetting, CoreState, HostKind, RegExp | null]>([
    ['auto', usable, 'vscode', null],
    ['auto', absent, 'embedded', null],
    ['auto', unusable, 'embedded', /it is too old/],
    ['vscode', usable, 'vscode', null],
    ['vscode', absent, 'embedded', /not installed.*Install it/],
    ['vscode', unusable, 'embedded', /it is too old/],
    ['embedded', usable, 'embedded', null],
    ['embedded', absent, 'embedded', null],
    ['embedded', unusable, 'embedded', null],
  ])('%s with %o runs on %s', (setting, core, host, notice) => {
    const choice = selectHost(setting, core);
    expect(choice.host).toBe(host);
    if (notice === null) expect(choice.notice).toBeNull();
    else expect(choice.notice).toMatch(notice);
  });

  it('a setting that is none of the three is auto', () => {
    expect(['vscode', 'embedded', 'auto', 'browser', 7, undefined].map(parseHostSetting)).toEqual([
      'vscode',
      'embedded',
      'auto',
      'auto',
      'auto',
      'auto',
    ]);
  });
});
