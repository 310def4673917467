/** A serial number as people compare it: hexadecimal digits in pairs, lower case, without colons or zeros in front. */
export function serialNumberText(text: string): string {
  const digits = text.replace(/^0x/i, '').replaceAll(/[\s:]/g, '').toLowerCase();
  if (!/^[0-9a-f]+$/.test(digits)) throw new TypeError(`'${text}' is not a serial number: expected hexadecimal digits`);
  const shortest = digits.replace(/^0+(?=.)/, '');
  return shortest.length % 2 === 0 ? shortest : `0${shortest}`;
}

/** ISO 8601 in UTC, whole seconds. */
export function timeText(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
