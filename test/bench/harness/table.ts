import type { Row } from './row.js';

/** One line a row, for a person to read. */
export function lineOf({ name, ours, other, otherName, ratio, min, max, unit, target, ok }: Row): string {
  const beside = other === null ? `${otherName}` : `${otherName} ${figure(other)} ${unit}`;
  const ratios = ratio === null ? '' : `  ${figure(ratio)}x (${figure(min as number)} to ${figure(max as number)})`;
  const verdict = target === '' ? '' : ok === null ? `  [${target}: nobody to compare with]` : `  [${target}: ${ok ? 'ok' : 'MISSED'}]`;
  return `${name}: ${figure(ours)} ${unit}, ${beside}${ratios}${verdict}`;
}

/** Three digits, which is more than a noisy machine gives. */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(Math.abs(value) >= 0.9 && Math.abs(value) < 10 ? 4 : 3)).toString();
}
