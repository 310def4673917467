import { html } from './html.mjs';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long a certificate is good for, in whole units, rounded down: nobody is promised a day that is not there.
 *
 * @param {string} notAfter ISO 8601; the second that it names is still valid (RFC 5280, section 4.1.2.5)
 * @param {number} now milliseconds since the epoch
 */
export function timeLeft(notAfter, now) {
  const left = Date.parse(notAfter) + second - now;
  if (left <= 0) return 'none left';
  if (left < minute) return 'less than a minute left';
  if (left < hour) return `${counted(left / minute, 'minute')} left`;
  if (left < day) return `${counted(left / hour, 'hour')} left`;
  return `${counted(left / day, 'day')} left`;
}

/**
 * A moment, to the second, in UTC.
 *
 * @param {string} moment ISO 8601
 */
export function time(moment) {
  return html`<time datetime="${moment}">${format.format(new Date(moment))} UTC</time>`;
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' });

/**
 * @param {number} amount
 * @param {string} unit
 */
function counted(amount, unit) {
  const whole = Math.floor(amount);
  return `${whole.toLocaleString('en')} ${unit}${whole === 1 ? '' : 's'}`;
}
