import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { type Seen, troubleshootingPage } from './troubleshooting/page.js';
import { folder, setUps } from './troubleshooting/set-ups.js';

const page = new URL('../../docs/troubleshooting.md', import.meta.url);
const seen = new Map<string, Seen>();
const isNode20 = process.versions.node.startsWith('20.');

afterAll(() => rmSync(folder, { recursive: true }));

describe("the operator's log alone names cause and mend where", () => {
  test.each(setUps.map((setUp) => [setUp.title, setUp] as const))('%s', async (title, { names, cause, mend, play, node }) => {
    const played = await play();
    const marks = names === 'stays in force' ? 'stay in force' : names;
    const [line, ...others] = [...new Set(played.lines.filter((text) => text.includes(marks)))];
    expect(others).toEqual([]);
    expect(line).toMatch(cause);
    expect(line).toMatch(mend);
    expect(line).not.toMatch(/[\r\n]/);
    if (names.startsWith('PEERCERT_')) expect(played.client).toContain(names);
    else expect(played.client).not.toContain('PEERCERT_');
    seen.set(title, { ...played, title, line: constant(line ?? ''), node: await node() });
  });
});

test('there are twenty at the least', () => {
  expect(setUps.length).toBeGreaterThanOrEqual(20);
});

// Other lines of Node.js have other words for the same: 24 and 26 bring OpenSSL 3.5.
test.runIf(isNode20)('docs/troubleshooting.md is what was seen by Node.js 20 (PEERCERT_WRITE_DOCS=true writes it)', () => {
  const written = troubleshootingPage(setUps.flatMap(({ title }) => seen.get(title) ?? []));
  if (process.env.PEERCERT_WRITE_DOCS === 'true') writeFileSync(page, written);
  expect(readFileSync(page, 'utf8')).toBe(written);
});

/** Without what is another at every run. */
function constant(line: string): string {
  return line
    .replaceAll(folder, '/etc/peercert')
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'some date')
    .replace(/number \d+/g, 'number 1')
    .replaceAll(process.cwd(), '/srv/app');
}
