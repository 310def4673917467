import type { Tally } from './campaign.js';

/** One line while a run goes on. */
export function progressLine(tally: Tally, milliseconds: number): string {
  const rate = Math.round((tally.inputs / Math.max(1, milliseconds)) * 1_000);
  return `fuzz: ${Math.round(milliseconds / 1_000)} s, ${count(tally.inputs)} inputs (${count(rate)}/s), ${count(tally.acceptedByBoth)} accepted by both, ${count(total(tally.findings))} findings`;
}

interface Circumstances {
  readonly milliseconds: number;
  readonly isOpenSslAsked: boolean;
  /** Where the findings lie. */
  readonly folder: string;
}

/** What a run came to: the differences that have their written reasons, then the figures, then the findings. */
export function summary(tally: Tally, { milliseconds, isOpenSslAsked, folder }: Circumstances): string {
  const lines = [
    ...table('accepted by OpenSSL alone, by our refusal', tally.onlyOpenSslBecause),
    ...table('accepted by peercert alone, by the written reason', tally.onlyPeercertBecause),
    ...table("accepted by both, refused in OpenSSL's strict mode", tally.strict),
  ];
  const verdicts = isOpenSslAsked
    ? `${count(tally.acceptedByBoth)} accepted by both / ${count(tally.onlyPeercert)} only by peercert / ${count(tally.onlyOpenSsl)} only by OpenSSL / ${count(tally.refusedByBoth)} refused by both`
    : `${count(tally.acceptedByBoth)} accepted / ${count(tally.refusedByBoth)} refused, OpenSSL not asked`;
  lines.push(
    `fuzz: ${count(tally.inputs)} inputs, ${count(tally.resigned)} re-signed, ${verdicts}, slowest input ${tally.slowestMilliseconds.toFixed(1)} ms, ` +
      `${count(tally.exceptions)} exceptions, ${(milliseconds / 1_000).toFixed(0)} s`,
  );
  if (total(tally.findings) === 0) lines.push('fuzz: nothing found');
  else
    lines.push(`fuzz: ${count(total(tally.findings))} findings, the first of each kind in ${folder}`, ...table('findings', tally.findings));
  return `${lines.join('\n')}\n`;
}

function table(title: string, counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return [];
  const rows = [...counts].sort(([, one], [, other]) => other - one).map(([name, times]) => `${count(times).padStart(9)}  ${name}`);
  return [`${title}:`, ...rows, ''];
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, times) => sum + times, 0);
}

function count(number: number): string {
  return number.toLocaleString('en');
}
